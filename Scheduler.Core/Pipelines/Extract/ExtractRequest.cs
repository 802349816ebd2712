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

    /// <summary>The only parts of the window to read, in order; null for all of it.</summary>
    public IReadOnlyList<DayWindow>? Parts { get; init; }

    /// <summary>The run's parameters name the days: they are read whether or not they have changed.</summary>
    public bool NamesDays { get; init; }

    /// <summary>Of the template: a new one may make other rows of what has not changed.</summary>
    public string TemplateVersion { get; init; } = "";

    /// <summary>How far the source has been read, by mark, as the last loads have kept it.</summary>
    public IReadOnlyDictionary<string, string> Watermarks { get; init; } = new Dictionary<string, string>();

    /// <summary>Where there is no watermark: what changed at the source since then has not been read yet. The beginning of the run's data interval.</summary>
    public required Instant ChangedSince { get; init; }

    /// <summary>Counts what the extraction costs.</summary>
    public CallMeter Meter { get; init; } = new();

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
