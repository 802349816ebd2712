using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>A run that has been running for long.</summary>
public sealed record LongRun(string RunId, string CustomerId, string PipelineName, Instant StartedAt);
