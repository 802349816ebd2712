using NodaTime;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>A pipeline whose failure its owners were told of, until it succeeds.</summary>
/// <param name="FailingSince">The end of the first run that failed.</param>
/// <param name="ToldAt">The end of the last one that was told of.</param>
/// <param name="Failures">How many failed since, the first included.</param>
public sealed record FailingPipeline(Instant FailingSince, Instant ToldAt, long Failures);
