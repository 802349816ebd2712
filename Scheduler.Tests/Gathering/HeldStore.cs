using System.Threading.Channels;
using Scheduler.Core.Gathering;

namespace Scheduler.Tests.Gathering;

/// <summary>A store that answers when the test says so. Requests are numbers, which are their own sizes; the answer is the tenfold.</summary>
internal sealed class HeldStore
{
    private readonly Channel<HeldScript> arrived = Channel.CreateUnbounded<HeldScript>();
    private int inFlight;

    public TableGroup Tables { get; } = new();

    public int MostInFlight { get; private set; }

    public GatheredOperation<int, int> Operation(string name = "claim", GatherLimits? limits = null) =>
        new(Tables, size => size, requests => RunAsync(name, requests), limits ?? new GatherLimits());

    /// <summary>The next script that reached the store.</summary>
    public async Task<HeldScript> NextAsync() => await arrived.Reader.ReadAsync();

    /// <summary>Whether a script is there that no one has looked at.</summary>
    public bool HasNext => arrived.Reader.TryPeek(out _);

    private async Task<IReadOnlyList<int>> RunAsync(string name, IReadOnlyList<int> requests)
    {
        MostInFlight = Math.Max(MostInFlight, Interlocked.Increment(ref inFlight));
        var script = new HeldScript(name, requests);
        arrived.Writer.TryWrite(script);
        try
        {
            await script.Held;
            return [.. requests.Select(request => request * 10)];
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }
}
