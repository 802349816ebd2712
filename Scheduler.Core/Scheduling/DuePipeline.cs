using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>A due pipeline as the store lists it: what is planned from, and whose day its run counts in.</summary>
public sealed record DuePipeline
{
    public required DueSchedule Schedule { get; init; }
    public required string CustomerId { get; init; }
    public required string CustomerTimezone { get; init; }
    public required int SpreadSeconds { get; init; }

    /// <summary>False where the stored parameters are no JSON; such a pipeline is set aside.</summary>
    public bool ParametersValid { get; init; } = true;

    /// <summary>What its runs are given, merged here for a store that cannot; null for one that merges in its script.</summary>
    public string? Parameters { get; init; }

    /// <summary>The stored next_run_time; the batch is written only while it still stands.</summary>
    public Instant Expected => Schedule.NextRunTime;
}
