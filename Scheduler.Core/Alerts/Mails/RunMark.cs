using NodaTime;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>Up to which end the runs have been looked at.</summary>
/// <param name="At">The time of the end.</param>
/// <param name="Id">The run, among those that ended at the same time.</param>
public sealed record RunMark(Instant At, string Id)
{
    /// <summary>Before the first look.</summary>
    public static RunMark Start { get; } = new(Instant.FromUnixTimeTicks(0), "");
}
