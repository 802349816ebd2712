using NodaTime;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>What an extraction has cost so far. Belongs to one run.</summary>
public sealed class CallMeter
{
    /// <summary>Calls to the provider, tries counted.</summary>
    public long Calls { get; private set; }

    /// <summary>Time spent waiting for the provider's limits and between tries.</summary>
    public Duration Waited { get; private set; } = Duration.Zero;

    /// <summary>What the provider says it will bill for, in bytes; null where it says nothing.</summary>
    public long? BytesBilled { get; private set; }

    public void CountCall() => Calls++;

    public void CountWait(Duration wait) => Waited += wait;

    public void CountBilled(long bytes) => BytesBilled = (BytesBilled ?? 0) + bytes;
}
