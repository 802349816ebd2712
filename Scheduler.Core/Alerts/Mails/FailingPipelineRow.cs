using NodaTime;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>How a pipeline stands after a page of runs; without <see cref="FailingSince"/> it succeeds.</summary>
public sealed record FailingPipelineRow(
    string ConfigId,
    string CustomerId,
    Instant? FailingSince,
    Instant? ToldAt,
    long? Failures
);
