using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>One minute of a forecast.</summary>
/// <param name="At">Its beginning.</param>
/// <param name="Runs">Runs that become claimable in it; of spread ones the share that is to be expected.</param>
public sealed record ForecastMinute(Instant At, double Runs);
