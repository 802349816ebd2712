namespace Scheduler.Core.Audit;

/// <summary>What a changing script needs to leave its row in the audit trail.</summary>
/// <param name="AuditId">The id of the row, in the order of time.</param>
/// <param name="Actor">Who makes the change.</param>
public sealed record AuditStamp(string AuditId, Actor Actor);
