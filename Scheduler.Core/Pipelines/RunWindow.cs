using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines;

/// <summary>Decides which days a run replaces.</summary>
public static class RunWindow
{
    // A change further back than that is an operator's case: run it with the parameters from and to.
    private const int MostDaysBack = 400;

    /// <summary>
    /// The window asked for, open where nothing says more: null ends mean "as far as the source goes", and only
    /// templates that cover their source have them.
    /// </summary>
    /// <param name="rule">The template's rule.</param>
    /// <param name="parameters">The run's parameters.</param>
    /// <param name="dataInterval">What the run covers; its end is not included.</param>
    /// <param name="now">The run's own instant; no day after its UTC day is asked for, but to the end of a whole month.</param>
    public static (LocalDate? From, LocalDate? To) Decide(
        WindowRule rule,
        ResolvedValues parameters,
        Interval dataInterval,
        Instant now
    )
    {
        var from = rule.FromParameter is { } first ? parameters.Day(first) : null;
        var to = rule.ToParameter is { } last ? parameters.Day(last) : null;
        if (rule.CoversSource)
        {
            return (from, to);
        }
        var latest = rule.IncludeToday ? Day(now) : Day(now).PlusDays(-1);
        var end = LocalDate.Min(latest, Day(dataInterval.End - Duration.Epsilon));
        to ??= end;
        var lookback = rule.LookbackParameter is { } days ? parameters.Integer(days) ?? 1 : 1;
        from ??= LocalDate.Min(
            LocalDate.Min(Day(dataInterval.Start), to.Value.PlusDays(1 - (int)lookback)),
            PreviousMonth(rule, to.Value, Day(now)) ?? to.Value
        );
        from = LocalDate.Min(from.Value, to.Value);
        return rule.WholeMonths
            ? (from.Value.With(DateAdjusters.StartOfMonth), to.Value.With(DateAdjusters.EndOfMonth))
            : (from, to);
    }

    /// <summary>The window, begun earlier where the source says that earlier days have changed.</summary>
    /// <param name="asked">What was decided before.</param>
    /// <param name="earliestChange">The earliest changed day that the source knows of, or null.</param>
    public static (LocalDate? From, LocalDate? To) Widen(
        (LocalDate? From, LocalDate? To) asked,
        LocalDate? earliestChange
    ) =>
        (asked.From, asked.To, earliestChange) is ({ } from, { } to, { } change) && change < from
            ? (LocalDate.Max(change, to.PlusDays(-MostDaysBack)), to)
            : asked;

    /// <summary>The window of a load whose source has been read: what was asked for, or what the source has.</summary>
    public static DayWindow? Covered((LocalDate? From, LocalDate? To) asked, DayWindow? staged) =>
        (asked.From ?? staged?.From, asked.To ?? staged?.To) switch
        {
            ({ } from, { } to) => new DayWindow(from, to),
            _ => null,
        };

    /// <summary>The first of the month before, while its bill may still change. Runs for older days have their own end.</summary>
    private static LocalDate? PreviousMonth(WindowRule rule, LocalDate to, LocalDate today) =>
        today.Day <= rule.PreviousMonthUntil && to >= today.PlusDays(-1)
            ? today.With(DateAdjusters.StartOfMonth).PlusMonths(-1)
            : null;

    private static LocalDate Day(Instant instant) => instant.InUtc().Date;
}
