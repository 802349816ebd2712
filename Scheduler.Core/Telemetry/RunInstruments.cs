using System.Diagnostics.Metrics;
using System.Globalization;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Telemetry;

/// <summary>What became of the runs that this process planned, gave out, and whose end it has written. No tag names a customer.</summary>
public static class RunInstruments
{
    public const string MeterName = "Scheduler.Runs";

    /// <summary>How late runs start; its buckets are set where it is collected (<see cref="LatenessBounds"/>).</summary>
    public const string Lateness = "scheduler.run.lateness";

    private static readonly double[] UsualBounds =
    [
        0.1,
        0.5,
        1,
        2,
        5,
        10,
        30,
        60,
        120,
        300,
        600,
        1_800,
        3_600,
        14_400,
        86_400,
    ];

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> EndedRuns = Meter.CreateCounter<long>(
        "scheduler.runs.ended",
        "{run}",
        "Runs that reached a final state; tagged with it as `state`, and with the class of the error."
    );

    private static readonly Counter<long> Claims = Meter.CreateCounter<long>(
        "scheduler.claims",
        "{run}",
        "Items that were leased to a worker."
    );

    private static readonly Counter<long> LostLeases = Meter.CreateCounter<long>(
        "scheduler.leases.lost",
        "{lease}",
        "Leases that ran out without a result."
    );

    private static readonly Counter<long> QuotaSkips = Meter.CreateCounter<long>(
        "scheduler.quota.skips",
        "{run}",
        "Runs that were skipped because their customer's quota is used up; tagged with which."
    );

    private static readonly Histogram<double> LatenessHistogram = Meter.CreateHistogram<double>(
        Lateness,
        "s",
        "From when a run could first be claimed until it was; tagged with the objective in seconds."
    );

    private static long ended;

    /// <summary>Since the process started.</summary>
    internal static long Ended => Interlocked.Read(ref ended);

    /// <summary>Bounds of the buckets of lateness, in seconds: the objective is one of them, so that it can be read off exactly.</summary>
    public static double[] LatenessBounds(Duration objective) =>
        [.. UsualBounds.Append(objective.TotalSeconds).Distinct().Order()];

    /// <summary>Adds one run, if <paramref name="state"/> is a final one.</summary>
    internal static void CountEnd(RunState state, ErrorType? errorType)
    {
        if (!RunTransitions.IsFinal(state))
        {
            return;
        }
        Interlocked.Increment(ref ended);
        var tag = new KeyValuePair<string, object?>("state", Wire.Name(state));
        if (errorType is { } error)
        {
            EndedRuns.Add(1, tag, new KeyValuePair<string, object?>("error_type", Wire.Name(error)));
        }
        else
        {
            EndedRuns.Add(1, tag);
        }
    }

    internal static void CountClaims(IReadOnlyList<LeaseItem> items, Duration objective)
    {
        Claims.Add(items.Count);
        if (items.Count == 0 || !LatenessHistogram.Enabled)
        {
            return;
        }
        var tag = new KeyValuePair<string, object?>(
            "objective",
            objective.TotalSeconds.ToString(CultureInfo.InvariantCulture)
        );
        // A backfill is in nobody's hurry.
        foreach (var item in items.Where(item => item.TriggeredBy != TriggeredBy.Backfill))
        {
            var (from, to) = RunSpans.WaitOf(item);
            LatenessHistogram.Record((to - from).TotalSeconds, tag);
        }
    }

    internal static void CountLost(int leases) => LostLeases.Add(leases);

    /// <param name="skippedByReason">How many runs were skipped for each reason; those of quotas count.</param>
    internal static void CountSkips(IReadOnlyDictionary<string, int> skippedByReason)
    {
        foreach (var quota in new[] { SkipReason.QuotaDaily, SkipReason.QuotaMonthly })
        {
            var reason = Wire.Name(quota);
            if (skippedByReason.TryGetValue(reason, out var count))
            {
                QuotaSkips.Add(count, new KeyValuePair<string, object?>("reason", reason));
            }
        }
    }
}
