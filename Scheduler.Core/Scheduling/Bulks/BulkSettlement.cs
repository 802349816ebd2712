namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>What became of an item.</summary>
/// <param name="RunIds">A JSON array; null to leave those that are there.</param>
public sealed record BulkSettlement(long Nth, BulkItemState State, string? Detail, string? RunIds);
