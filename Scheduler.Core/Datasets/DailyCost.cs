using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>Cost of one service on one day in one currency.</summary>
/// <param name="Service">Empty where the provider names none.</param>
public sealed record DailyCost(LocalDate Day, string Service, string Currency, decimal Billed);
