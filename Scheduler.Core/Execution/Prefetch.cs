using NodaTime;

namespace Scheduler.Core.Execution;

/// <summary>
/// Decides how many items a worker claims beyond its free slots: as many as the slots use up while the next claim is on its way.
/// With runs that take long beside a claim that is none. Thread-safe.
/// </summary>
/// <param name="concurrency">Most runs at once, 1 or more.</param>
internal sealed class Prefetch(int concurrency)
{
    // An item that waits longer for a slot than a claim takes was claimed too early.
    private static readonly Duration LongestWait = Duration.FromSeconds(1);

    private readonly Lock gate = new();
    private double? runSeconds;
    private double? claimSeconds;
    private bool hasBacklog;

    /// <summary>0 to the concurrency.</summary>
    public int Target
    {
        get
        {
            lock (gate)
            {
                return hasBacklog && runSeconds is { } run && claimSeconds is { } claim
                    ? (int)Math.Min(concurrency, concurrency * claim / Math.Max(run, 1e-6))
                    : 0;
            }
        }
    }

    /// <summary>Most items leased at once: running, waiting for a slot, and being reported.</summary>
    public static int MostHeld(int concurrency) => (int)Math.Min(int.MaxValue, 3L * concurrency);

    /// <summary>How long an item may wait for a slot: a second, and never more than a sixth of its lease.</summary>
    public static Duration Patience(LeaseTerm term) => Duration.Min(LongestWait, term.Length / 6);

    /// <summary>Notes how long a pipeline ran.</summary>
    public void Ran(Duration took)
    {
        lock (gate)
        {
            runSeconds = Smooth(runSeconds, took.TotalSeconds);
        }
    }

    /// <summary>Notes a claim's answer. Only one that was filled says how long a claim takes: others waited for work.</summary>
    public void Claimed(int wanted, int got, Duration took)
    {
        lock (gate)
        {
            hasBacklog = got >= wanted;
            if (hasBacklog)
            {
                claimSeconds = Smooth(claimSeconds, took.TotalSeconds);
            }
        }
    }

    /// <summary>After items waited in vain: what was measured holds no longer.</summary>
    public void Forget()
    {
        lock (gate)
        {
            (runSeconds, hasBacklog) = (null, false);
        }
    }

    private static double Smooth(double? before, double now) => before is { } value ? value + (now - value) / 8 : now;
}
