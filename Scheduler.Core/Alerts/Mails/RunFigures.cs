using NodaTime;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>What a run has loaded, as the customer's dataset knows it.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="From">First UTC day that was loaded.</param>
/// <param name="To">Last UTC day, included.</param>
/// <param name="Costs">What these days cost in all, by currency.</param>
public sealed record RunFigures(long Rows, LocalDate? From, LocalDate? To, IReadOnlyList<CurrencyTotal> Costs);
