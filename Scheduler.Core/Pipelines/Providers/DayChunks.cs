using NodaTime;
using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>Cuts long windows into what a provider answers at once.</summary>
public static class DayChunks
{
    /// <summary>Consecutive pieces of at most so many days, which together are the window.</summary>
    /// <param name="window">First and last day, both included.</param>
    /// <param name="mostDays">1 or more.</param>
    public static IEnumerable<DayWindow> OfDays(DayWindow window, int mostDays)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostDays, 1);
        return Cut(window, from => from.PlusDays(mostDays - 1));
    }

    /// <summary>Pieces that end with the calendar months.</summary>
    /// <param name="window">First and last day, both included.</param>
    public static IEnumerable<DayWindow> OfMonths(DayWindow window) =>
        Cut(window, from => from.With(DateAdjusters.EndOfMonth));

    private static IEnumerable<DayWindow> Cut(DayWindow window, Func<LocalDate, LocalDate> end)
    {
        for (var from = window.From; from <= window.To; )
        {
            var to = LocalDate.Min(end(from), window.To);
            yield return new DayWindow(from, to);
            from = to.PlusDays(1);
        }
    }
}
