namespace Scheduler.Core.Scheduling.Import;

/// <summary>What a line's context is looked up by.</summary>
public sealed record ImportContextKey(string CustomerId, string Provider, string Domain);
