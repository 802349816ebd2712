using NodaTime;

namespace Scheduler.Core.Datasets;

/// <summary>How a load ended. In every case but <see cref="Loaded"/> nothing was written.</summary>
public abstract record LoadResult
{
    private LoadResult() { }

    /// <param name="Inserted">Rows written.</param>
    /// <param name="Deleted">Rows that stood in the window before.</param>
    public sealed record Loaded(long Inserted, long Deleted) : LoadResult
    {
        /// <summary>Days that were left as they stand, because a later execution has loaded them.</summary>
        public long SupersededDays { get; init; }
    }

    /// <summary>A later execution has loaded every one of the days, or a later lease of this run has loaded: another worker owns it.</summary>
    public sealed record Stale : LoadResult;

    /// <summary>Staged rows lie outside the window that would be replaced.</summary>
    public sealed record OutsideWindow(long Rows, LocalDate First, LocalDate Last) : LoadResult;

    /// <summary>The staged sum is not the sum of what was extracted.</summary>
    public sealed record Unreconciled(decimal Extracted, decimal Staged) : LoadResult;

    /// <summary>The window would lose more than the guard allows.</summary>
    /// <param name="Day">The first final day that shrinks too much, or null when the whole window became empty.</param>
    public sealed record Suspect(LocalDate? Day, decimal Before, decimal After) : LoadResult;
}
