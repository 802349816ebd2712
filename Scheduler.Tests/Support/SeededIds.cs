using NodaTime;
using Scheduler.Core.Identifiers;

namespace Scheduler.Tests.Support;

/// <summary>Identifiers that a seed repeats.</summary>
internal sealed class SeededIds(int seed) : IIdSource
{
    private readonly Random random = new(seed);
    private int count;

    public string NewId(Instant now)
    {
        lock (random)
        {
            return $"{now.ToUnixTimeMilliseconds():x12}{++count:x8}{random.Next():x12}";
        }
    }

    public string NewNonce()
    {
        lock (random)
        {
            return $"{random.NextInt64():x16}{random.NextInt64():x16}";
        }
    }
}
