using System.Diagnostics.Metrics;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Telemetry;

/// <summary>What became of the runs whose end this process has written.</summary>
public static class RunInstruments
{
    public const string MeterName = "Scheduler.Runs";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> EndedRuns = Meter.CreateCounter<long>(
        "scheduler.runs.ended",
        "{run}",
        "Runs that reached a final state; tagged with it as `state`."
    );

    private static long ended;

    /// <summary>Since the process started.</summary>
    internal static long Ended => Interlocked.Read(ref ended);

    /// <summary>Adds one run, if <paramref name="state"/> is a final one.</summary>
    internal static void CountEnd(RunState state)
    {
        if (!RunTransitions.IsFinal(state))
        {
            return;
        }
        Interlocked.Increment(ref ended);
        EndedRuns.Add(1, new KeyValuePair<string, object?>("state", Wire.Name(state)));
    }
}
