using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>UTC days from the first to the last, both included.</summary>
public sealed record DayWindow(LocalDate From, LocalDate To)
{
    public bool Contains(LocalDate day) => day >= From && day <= To;

    /// <summary>Every day, in order.</summary>
    public IEnumerable<LocalDate> Days()
    {
        for (var day = From; day <= To; day = day.PlusDays(1))
        {
            yield return day;
        }
    }
}
