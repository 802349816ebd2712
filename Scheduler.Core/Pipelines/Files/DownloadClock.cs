using Scheduler.Core.Net;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>Ends a download that takes too long as a whole, or whose server falls silent.</summary>
internal sealed class DownloadClock : IDisposable
{
    private readonly TimeSpan within;
    private readonly TimeSpan silence;
    private readonly CancellationTokenSource total;
    private readonly CancellationTokenSource silent;
    private readonly CancellationTokenSource either;

    public DownloadClock(
        TimeSpan within,
        TimeSpan silence,
        TimeProvider timeProvider,
        CancellationToken cancellationToken
    )
    {
        (this.within, this.silence) = (within, silence);
        total = new CancellationTokenSource(within, timeProvider);
        silent = new CancellationTokenSource(silence, timeProvider);
        either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, silent.Token, cancellationToken);
    }

    public CancellationToken Token => either.Token;

    /// <summary>The server has sent something: its silence begins anew.</summary>
    public void Heard() => silent.CancelAfter(silence);

    /// <summary>Null while both times are kept.</summary>
    public FileOpening.Refused? Fault(OutboundUrl url) =>
        (total.IsCancellationRequested, silent.IsCancellationRequested) switch
        {
            (true, _) => new(ErrorType.Timeout, $"Downloading {url} took longer than {within.TotalSeconds:0} s."),
            (_, true) => new(ErrorType.Timeout, $"{url} sent nothing for {silence.TotalSeconds:0} s."),
            _ => null,
        };

    public void Dispose()
    {
        either.Dispose();
        silent.Dispose();
        total.Dispose();
    }
}
