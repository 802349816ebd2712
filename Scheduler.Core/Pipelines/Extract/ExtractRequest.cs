using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>What an adapter is asked to read.</summary>
public sealed record ExtractRequest
{
    public required string CustomerId { get; init; }

    /// <summary>The adapter's options, checked and filled in.</summary>
    public required ResolvedValues Options { get; init; }

    /// <summary>First and last UTC day wanted; null ends mean as far as the source goes.</summary>
    public LocalDate? From { get; init; }
    public LocalDate? To { get; init; }

    /// <summary>A folder of this run alone, deleted when the run ends.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Longest time of one call.</summary>
    public required Duration CallTimeout { get; init; }

    /// <summary>Longest time of the whole run, and when it is over.</summary>
    public required Duration RunTimeout { get; init; }
    public required Instant EndsAt { get; init; }

    /// <summary>What changed at the source since then has not been read yet: the beginning of the run's data interval.</summary>
    public required Instant ChangedSince { get; init; }

    /// <summary>The opened credential, or empty where there is none. Overwritten when the extraction is over: keep no copy.</summary>
    public ReadOnlyMemory<byte> Credential { get; init; }

    /// <summary>The days wanted.</summary>
    /// <exception cref="PipelineException">The template's window has no ends: it covers its source.</exception>
    public DayWindow Days =>
        (From, To) is ({ } from, { } to)
            ? new DayWindow(from, to)
            : throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "The adapter asks its source for days: the template's window must be covers: interval."
            );

    // A record's own text would print every member.
    public override string ToString() => $"{nameof(ExtractRequest)} of {CustomerId}";
}
