using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>How the trigger judges lateness.</summary>
public sealed record TriggerOptions
{
    /// <summary>
    /// How late an occurrence may be and still count as on time for <see cref="MisfirePolicy.Skip"/>. The default, 65 minutes,
    /// leaves room for a trigger that is called once an hour.
    /// </summary>
    public Duration MisfireGrace { get; init; } = Duration.FromMinutes(65);
}
