using NodaTime;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>How fast one customer's pipelines may call one provider, all together.</summary>
/// <param name="Burst">Calls that may start at once after a pause, 1 or more.</param>
/// <param name="Every">One more call after each such time.</param>
public sealed record RatePolicy(int Burst, Duration Every);
