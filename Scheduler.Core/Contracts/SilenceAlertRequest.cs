using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST …/alerts/{alert_id}/silence.</summary>
public sealed record SilenceAlertRequest
{
    /// <summary>Until when nothing is sent of it; at most 90 days ahead.</summary>
    public required Instant Until { get; init; }

    /// <summary>Why, for whoever finds it silenced. 1 to 500 characters.</summary>
    [Text(1, 500)]
    public required string Reason { get; init; }
}
