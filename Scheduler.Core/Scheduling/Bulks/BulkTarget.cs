namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>A pipeline that a bulk is about.</summary>
public sealed record BulkTarget(string CustomerId, string ConfigId);
