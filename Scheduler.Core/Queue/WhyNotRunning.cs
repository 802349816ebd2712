using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>Answers "why has it not run" for any run.</summary>
public static class WhyNotRunning
{
    /// <param name="facts">Null when the run has no queue item: it was skipped at once, or ended long ago.</param>
    public static WaitExplanation Explain(Run run, WaitingFacts? facts) =>
        run.State switch
        {
            RunState.Completed or RunState.Failed => None("It has run."),
            RunState.Running => None($"It is running on {run.WorkerId}."),
            RunState.Skipped => Skipped(run),
            _ when facts is null => None("It has just left the queue."),
            _ => Waiting(facts),
        };

    private static WaitExplanation Waiting(WaitingFacts facts)
    {
        if (facts.RunnableUntil <= facts.Now)
        {
            return new(
                WaitCause.CustomerNotRunnable,
                "The customer is suspended or its subscription has ended; the run waits, and is skipped after 24 hours."
            );
        }
        if (facts.PausedUntil is { } until && until > facts.Now)
        {
            return new(WaitCause.Paused, "Its pipeline is paused; the run waits, and is skipped after 24 hours.");
        }
        if (facts.IsParked)
        {
            return facts.BlockingRunId is { } blocking
                ? new(WaitCause.Overlap, $"Run {blocking} of the same pipeline is not finished.")
                : new(WaitCause.Overlap, "The run before it has just ended; it is let through within the minute.");
        }
        if (facts.VisibleAt > facts.Now)
        {
            var what = facts.State == RunState.Scheduled ? "It is a retry" : "Its start is spread";
            return new(WaitCause.NotDueYet, $"{what}; it may start from {facts.VisibleAt} on.");
        }
        if (facts.MaxConcurrentPipelines is { } cap && facts.LiveLeases >= cap)
        {
            return new(
                WaitCause.Cap,
                $"The customer runs {facts.LiveLeases} pipelines at once, its plan allows {cap}."
            );
        }
        return new(
            WaitCause.WaitingItsShare,
            $"It can start as soon as a worker is free; {facts.Ahead} runs of the customer have waited as long or longer."
        );
    }

    private static WaitExplanation Skipped(Run run) =>
        run.Reason switch
        {
            SkipReason.QuotaDaily => new(WaitCause.Quota, "The customer's daily quota was used up."),
            SkipReason.QuotaMonthly => new(WaitCause.Quota, "The customer's monthly quota was used up."),
            SkipReason.Overlap => new(
                WaitCause.Overlap,
                "The run before it was not finished and its policy is to skip."
            ),
            SkipReason.Paused => new(WaitCause.Paused, "Its pipeline stayed paused for 24 hours."),
            SkipReason.Suspended or SkipReason.SubscriptionEnded => new(
                WaitCause.CustomerNotRunnable,
                "Its customer could not run pipelines for 24 hours."
            ),
            SkipReason.Cancelled => None("It was cancelled."),
            SkipReason.Misfire => None("It was missed while the system was down and its policy is to skip."),
            _ => None("It was skipped."),
        };

    private static WaitExplanation None(string detail) => new(WaitCause.None, detail);
}
