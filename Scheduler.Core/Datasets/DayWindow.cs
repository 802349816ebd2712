using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>UTC days from the first to the last, both included.</summary>
public sealed record DayWindow(LocalDate From, LocalDate To)
{
    public bool Contains(LocalDate day) => day >= From && day <= To;
}
