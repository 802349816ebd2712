using NodaTime;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>Decides which ends of runs are told to a pipeline's owners: pure.</summary>
/// <remarks>
/// The first failure for good; while it goes on failing once a day; and the first success after it. A success after a success, a
/// failure that is tried again, a cancelled and a skipped run are told to nobody.
/// </remarks>
public static class RunNotices
{
    /// <summary>From one mail about a pipeline that keeps failing to the next.</summary>
    public static readonly Duration Reminder = Duration.FromDays(1);

    private const string Cancelled = "CANCELLED";

    /// <summary>What is told of a run, and how its pipeline stands after it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="before">How its pipeline stood before it; null for one that succeeds.</param>
    public static (DeliveryEvent? Event, FailingPipeline? After) Decide(EndedRun run, FailingPipeline? before)
    {
        var isHeard = run.Recipients.Count > 0;
        return run switch
        {
            { State: RunState.Completed } => (before is not null && isHeard ? DeliveryEvent.RunRecovered : null, null),
            { State: not RunState.Failed } or { ErrorType: Cancelled } or { IsRetried: true } => (null, before),
            _ when before is null => isHeard
                ? (DeliveryEvent.RunFailed, new FailingPipeline(run.EndedAt, run.EndedAt, 1))
                : (null, null),
            _ when isHeard && run.EndedAt - before.ToldAt >= Reminder => (
                DeliveryEvent.RunFailed,
                before with
                {
                    ToldAt = run.EndedAt,
                    Failures = before.Failures + 1,
                }
            ),
            _ => (null, before with { Failures = before.Failures + 1 }),
        };
    }
}
