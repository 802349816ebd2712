namespace Scheduler.Core.Pipelines.Extract;

/// <summary>One page of a source. Cells are text exactly as the source wrote it, so that money never passes a double.</summary>
public sealed record ExtractPage
{
    /// <summary>The source's column names.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>Rows with one cell per column; null is no value.</summary>
    public required IReadOnlyList<string?[]> Rows { get; init; }

    /// <summary>Where the page begins in the source: the row number of its first row, for messages.</summary>
    public required long FirstRow { get; init; }

    /// <summary>Bytes read for this page.</summary>
    public long BytesRead { get; init; }
}
