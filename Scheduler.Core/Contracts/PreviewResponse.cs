using NodaTime;
using Scheduler.Core.Time;

namespace Scheduler.Core.Contracts;

/// <summary>When a schedule would fire.</summary>
public sealed record PreviewResponse
{
    public required string Cron { get; init; }
    public required string Timezone { get; init; }
    public required DstPolicy DstPolicy { get; init; }

    /// <summary>Every occurrence is later than this.</summary>
    public required Instant From { get; init; }
    public required IReadOnlyList<PreviewOccurrence> Occurrences { get; init; }
}
