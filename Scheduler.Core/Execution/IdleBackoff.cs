using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>How long to wait after an empty queue.</summary>
public static class IdleBackoff
{
    /// <summary>
    /// Between half and all of the poll interval, at random, counted from when the call was sent: what the call itself
    /// waited on the server (long poll) is not waited again.
    /// </summary>
    /// <param name="pollInterval">The longest wait added here.</param>
    /// <param name="waited">How long the call took.</param>
    public static Duration Delay(Duration pollInterval, Duration waited, Random random) =>
        Duration.Max(Duration.Zero, pollInterval * (0.5 + random.NextDouble() / 2) - waited);
}
