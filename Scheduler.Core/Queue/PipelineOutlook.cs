using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Queue;

/// <summary>Answers "why does it not run" for a pipeline: pure.</summary>
/// <param name="Until">When the cause ends, where that is known.</param>
public sealed record PipelineOutlook(
    PipelineWaitReason Reason,
    string Message,
    Instant? Until,
    IReadOnlyList<string> Warnings
)
{
    /// <summary>The trigger comes every minute; so late it is taken for missing.</summary>
    private static readonly Duration TriggerComes = Duration.FromMinutes(3);

    /// <param name="facts">The customer's limits and use.</param>
    /// <param name="open">Its run that is not over, and why that has not run; null where there is none.</param>
    /// <param name="dayEnd">When the customer's day ends.</param>
    /// <param name="monthEnd">When its month does.</param>
    public static PipelineOutlook Of(
        PipelineConfig config,
        ReadinessFacts facts,
        (Run Run, RunWait Why)? open,
        Instant now,
        Instant dayEnd,
        Instant monthEnd
    )
    {
        var outlook =
            Held(config, facts, now) ?? Begun(open) ?? OverQuota(facts, dayEnd, monthEnd) ?? Coming(config, now);
        return outlook with { Warnings = [.. WarningsOf(config, facts)] };
    }

    private static PipelineOutlook? Held(PipelineConfig config, ReadinessFacts facts, Instant now)
    {
        if (!config.IsActive || config.NextRunTime is null)
        {
            return Because(
                PipelineWaitReason.SwitchedOff,
                config.PauseReason is { } reason ? $"It is switched off: {reason}" : "It is switched off."
            );
        }
        if (facts.RunnableUntil <= now)
        {
            return Because(
                PipelineWaitReason.CustomerNotRunnable,
                $"Its customer cannot run pipelines: it is {facts.CustomerStatus}, "
                    + $"its subscription {facts.SubscriptionStatus ?? "missing"}."
            );
        }
        if (config.PausedUntil is { } until && until > now)
        {
            var end = until < PipelinePausing.Endless ? $"until {until}" : "until it is resumed";
            return Because(
                PipelineWaitReason.Paused,
                $"It is paused {end} by {config.PausedBy ?? "somebody"}: {config.PauseReason ?? "no reason given"}",
                until < PipelinePausing.Endless ? until : null
            );
        }
        return null;
    }

    private static PipelineOutlook? Begun((Run Run, RunWait Why)? open) =>
        open switch
        {
            null => null,
            ({ State: RunState.Running } run, _) => Because(
                PipelineWaitReason.Running,
                $"Run {run.RunId} has been running on {run.WorkerId} since {run.ActualStartTime}."
            ),
            var (run, why) => Because(
                PipelineWaitReason.Queued,
                $"Run {run.RunId} is queued. {why.Message}",
                why.Until
            ),
        };

    private static PipelineOutlook? OverQuota(ReadinessFacts facts, Instant dayEnd, Instant monthEnd) =>
        facts.MonthlyLimit <= facts.RunThisMonth
            ? Because(
                PipelineWaitReason.QuotaMonthly,
                $"The customer has had {facts.RunThisMonth} of the {facts.MonthlyLimit} runs of its month; more are skipped until {monthEnd}.",
                monthEnd
            )
        : facts.DailyLimit <= facts.RunToday
            ? Because(
                PipelineWaitReason.QuotaDaily,
                $"The customer has had {facts.RunToday} of the {facts.DailyLimit} runs of its day; more are skipped until {dayEnd}.",
                dayEnd
            )
        : null;

    private static PipelineOutlook Coming(PipelineConfig config, Instant now)
    {
        var due = config.NextRunTime!.Value;
        if (due > now)
        {
            return Because(PipelineWaitReason.NotDueYet, $"It is due next at {due}.", due);
        }
        return Because(
            PipelineWaitReason.NotTriggered,
            now - due <= TriggerComes
                ? $"It has been due since {due}; the next trigger makes its run."
                : $"It has been due since {due}, and no trigger has come: see that POST /trigger is called every minute."
        );
    }

    private static IEnumerable<string> WarningsOf(PipelineConfig config, ReadinessFacts facts)
    {
        if (facts.ProvidersWithoutCredential.Contains(config.Provider))
        {
            yield return $"There is no usable credential for {config.Provider}: its runs will fail.";
        }
        if (config.ConsecutiveFailures > 0)
        {
            yield return config.ConsecutiveFailures == 1
                ? "Its last run has failed."
                : $"Its last {config.ConsecutiveFailures} runs have failed.";
        }
    }

    private static PipelineOutlook Because(PipelineWaitReason reason, string message, Instant? until = null) =>
        new(reason, message, until, []);
}
