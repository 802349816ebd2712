using System.Threading.Channels;

namespace Scheduler.Api.Audit;

/// <summary>Says that something was changed, so that the chains are extended soon. Many signals are one.</summary>
internal sealed class AuditSignal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    public void Raise() => channel.Writer.TryWrite(true);

    /// <summary>Returns at the next signal, or at once when one was raised since the last wait.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await channel.Reader.ReadAsync(cancellationToken);
}
