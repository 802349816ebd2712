namespace Scheduler.Core.Audit;

/// <summary>A row that waits for its place.</summary>
/// <param name="Entry">The row.</param>
/// <param name="HeadPosition">Of its chain, as it was read with the row; 0 where there is none.</param>
/// <param name="HeadHash">Likewise; null where there is none.</param>
public sealed record UnchainedEntry(AuditEntry Entry, long HeadPosition, string? HeadHash);
