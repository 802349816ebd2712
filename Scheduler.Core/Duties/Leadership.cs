using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Duties;

/// <summary>
/// One process's part in a duty that one process does for all. It saves work and is no lock: the clock may stop for a process
/// that believes it leads, so whatever it does must be right when another does it at the same time.
/// </summary>
/// <param name="duty">The same word in every process.</param>
/// <param name="holder">This process; no other one has the name.</param>
/// <param name="lease">How long the lead lasts without renewal; longer than from one pass to the next.</param>
public sealed partial class Leadership(
    DutyStore store,
    string duty,
    string holder,
    Duration lease,
    TimeProvider time,
    ILogger logger
)
{
    private DutyLease? known;

    /// <summary>Whether this process led when it last looked.</summary>
    public bool Leads => known?.Holder == holder;

    /// <summary>
    /// Makes a pass if this process leads or nobody does. The lease is renewed while the pass lasts; should another process have
    /// taken it meanwhile, the pass is cancelled.
    /// </summary>
    /// <returns>Null after a pass; where another process leads, when its lease will have run out.</returns>
    /// <exception cref="StorageUnavailableException">The lease could not be looked at.</exception>
    public async Task<TimeSpan?> RunAsync(Func<CancellationToken, Task> pass, CancellationToken cancellationToken)
    {
        var found = await TakeAsync(cancellationToken);
        if (!Leads)
        {
            return TimeSpan.FromMilliseconds(Math.Ceiling((found.ExpiresAt - found.Now).TotalMilliseconds));
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var beat = new PeriodicTimer((lease / 3).ToTimeSpan(), time);
        var renewing = RenewAsync(beat, stop);
        try
        {
            await pass(stop.Token);
        }
        catch (OperationCanceledException) when (!Leads && !cancellationToken.IsCancellationRequested)
        {
            // Whoever leads now goes on with it.
        }
        finally
        {
            beat.Dispose();
            await renewing;
        }
        return null;
    }

    /// <summary>Ends the lead, so that another process need not wait for the end of the lease.</summary>
    public async Task ReleaseAsync()
    {
        if (!Leads)
        {
            return;
        }
        try
        {
            await store.ReleaseAsync(duty, holder, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // Then it runs out.
        }
        known = null;
    }

    private async Task RenewAsync(PeriodicTimer beat, CancellationTokenSource stop)
    {
        while (await beat.WaitForNextTickAsync())
        {
            try
            {
                await TakeAsync(CancellationToken.None);
            }
            catch (StorageUnavailableException)
            {
                // The pass will notice it too; the next beat tries again.
            }
            if (!Leads)
            {
                stop.Cancel();
                return;
            }
        }
    }

    private async Task<DutyLease> TakeAsync(CancellationToken cancellationToken)
    {
        var found = await store.TakeAsync(duty, holder, Leads ? known!.Term : null, lease, cancellationToken);
        var before = known;
        known = found;
        if (before is null || (before.Holder, before.Term) != (found.Holder, found.Term))
        {
            if (Leads)
            {
                LogLeads(duty, found.Term);
            }
            else if (before?.Holder == holder)
            {
                LogLost(duty, found.Holder, found.Term);
            }
            else
            {
                LogOther(duty, found.Holder, found.Term);
            }
        }
        return found;
    }

    [LoggerMessage(2201, LogLevel.Information, "This process leads {Duty}, term {Term}.")]
    private partial void LogLeads(string duty, long term);

    [LoggerMessage(2202, LogLevel.Information, "This process leads {Duty} no longer: {Holder} does, term {Term}.")]
    private partial void LogLost(string duty, string holder, long term);

    [LoggerMessage(2203, LogLevel.Debug, "{Holder} leads {Duty}, term {Term}.")]
    private partial void LogOther(string duty, string holder, long term);
}
