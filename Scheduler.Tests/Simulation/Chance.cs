namespace Scheduler.Tests.Simulation;

/// <summary>
/// The one source of chance of a history. Each concern draws from a stream of its own, so that leaving one out (to find the shortest
/// history that still fails) changes as little as possible of the others.
/// </summary>
internal sealed class Chance(int seed)
{
    public int Seed => seed;

    /// <summary>The stream of a concern; the same name gives the same stream.</summary>
    public Random Of(string concern)
    {
        // FNV-1a: the hash of a string differs from process to process.
        var hash = 14695981039346656037UL ^ (uint)seed;
        foreach (var letter in concern)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }
        return new Random((int)(hash ^ (hash >> 32)));
    }
}
