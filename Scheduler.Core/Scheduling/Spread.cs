using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>Moves pipelines that are due in the same minute apart, each by a delay of its own that never changes.</summary>
public static class Spread
{
    /// <summary>How long after its nominal time a run of this pipeline becomes visible in the queue.</summary>
    /// <param name="configId">The pipeline; the same one always gets the same delay, on every machine.</param>
    /// <param name="spreadSeconds">The width in seconds, from 0 (no delay) on.</param>
    /// <returns>Whole milliseconds, from zero to just below the width.</returns>
    public static Duration Delay(string configId, int spreadSeconds)
    {
        ArgumentNullException.ThrowIfNull(configId);
        ArgumentOutOfRangeException.ThrowIfNegative(spreadSeconds);
        if (spreadSeconds == 0)
        {
            return Duration.Zero;
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(configId), hash);
        var milliseconds = BinaryPrimitives.ReadUInt64BigEndian(hash) % ((ulong)spreadSeconds * 1000);
        return Duration.FromMilliseconds((long)milliseconds);
    }
}
