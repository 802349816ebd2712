namespace Scheduler.Core.Audit;

/// <summary>The place that a row gets in its chain.</summary>
public sealed record ChainLink(string AuditId, long Position, string PreviousHash, string EntryHash);
