using NodaTime;

namespace Scheduler.Tests.Simulation;

/// <summary>Draws that read as what they are.</summary>
internal static class Draws
{
    public static bool Happens(this Random random, double probability) => random.NextDouble() < probability;

    public static T Pick<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>Evenly between two durations.</summary>
    public static Duration Between(this Random random, Duration least, Duration most) =>
        least + Duration.FromTicks((long)((most - least).BclCompatibleTicks * random.NextDouble()));
}
