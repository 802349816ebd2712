using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Queue;

/// <summary>Answers "why has it not run" for any run.</summary>
public static class WhyNotRunning
{
    /// <param name="facts">Null when the run has no queue item: it was skipped at once, or ended long ago.</param>
    public static RunWait Explain(Run run, WaitingFacts? facts) =>
        run.State switch
        {
            RunState.Completed or RunState.Failed => None("It has run."),
            RunState.Running => None($"It is running on {run.WorkerId}."),
            RunState.Skipped => Skipped(run),
            _ when facts is null => None("It has just left the queue."),
            _ => Waiting(facts),
        };

    private static RunWait Waiting(WaitingFacts facts)
    {
        if (facts.RunnableUntil <= facts.Now)
        {
            return Because(
                WaitReason.CustomerNotRunnable,
                "The customer is suspended or its subscription has ended; the run waits, and is skipped after 24 hours."
            );
        }
        if (facts.PausedUntil is { } until && until > facts.Now)
        {
            return Because(
                WaitReason.Paused,
                "Its pipeline is paused; the run waits, and is skipped after 24 hours.",
                until < PipelinePausing.Endless ? until : null
            );
        }
        if (facts.IsParked)
        {
            return Because(
                WaitReason.Overlap,
                facts.BlockingRunId is { } blocking
                    ? $"Run {blocking} of the same pipeline is not finished."
                    : "The run before it has just ended; it is let through within the minute."
            );
        }
        if (facts.VisibleAt > facts.Now)
        {
            var what = facts.State == RunState.Scheduled ? "It is a retry" : "Its start is spread";
            return Because(WaitReason.NotDueYet, $"{what}; it may start from {facts.VisibleAt} on.", facts.VisibleAt);
        }
        if (facts.MaxConcurrentPipelines is { } cap && facts.LiveLeases >= cap)
        {
            return Because(
                WaitReason.Cap,
                $"The customer runs {facts.LiveLeases} pipelines at once, its plan allows {cap}."
            );
        }
        return Because(
            WaitReason.WaitingItsShare,
            $"It can start as soon as a worker is free; {facts.Ahead} runs of the customer have waited as long or longer."
        );
    }

    private static RunWait Skipped(Run run) =>
        run.Reason switch
        {
            SkipReason.QuotaDaily => Because(WaitReason.Quota, "The customer's daily quota was used up."),
            SkipReason.QuotaMonthly => Because(WaitReason.Quota, "The customer's monthly quota was used up."),
            SkipReason.Overlap => Because(
                WaitReason.Overlap,
                "The run before it was not finished and its policy is to skip."
            ),
            SkipReason.Paused => Because(WaitReason.Paused, "Its pipeline stayed paused for 24 hours."),
            SkipReason.Suspended or SkipReason.SubscriptionEnded => Because(
                WaitReason.CustomerNotRunnable,
                "Its customer could not run pipelines for 24 hours."
            ),
            SkipReason.Cancelled => None("It was cancelled."),
            SkipReason.Misfire => None("It was missed while the system was down and its policy is to skip."),
            _ => None("It was skipped."),
        };

    private static RunWait None(string message) => Because(WaitReason.None, message);

    private static RunWait Because(WaitReason reason, string message, Instant? until = null) =>
        new()
        {
            Reason = reason,
            Message = message,
            Until = until,
        };
}
