using Scheduler.Core.Datasets;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines;

/// <summary>What a load's outcome means for the run.</summary>
internal static class LoadOutcome
{
    /// <exception cref="PipelineException">Nothing was loaded; the message says why and what to do.</exception>
    public static LoadResult.Loaded Require(LoadResult result) =>
        result switch
        {
            LoadResult.Loaded loaded => loaded,
            LoadResult.Stale => throw new PipelineException(
                ErrorType.WorkerLost,
                "A later execution has already loaded these days; nothing was written."
            ),
            LoadResult.OutsideWindow outside => throw Drift(
                $"{outside.Rows} rows ({outside.First:uuuu-MM-dd} to {outside.Last:uuuu-MM-dd}) lie outside the window that was asked for; nothing was written."
            ),
            LoadResult.Unreconciled sums => throw new PipelineException(
                ErrorType.Unknown,
                $"The staged sum {sums.Staged} is not the extracted sum {sums.Extracted}; nothing was written."
            ),
            LoadResult.Suspect { Day: null } => throw Drift(
                "SUSPECT: the source has no rows for a window that has some; nothing was written. Set force to load it."
            ),
            LoadResult.Suspect suspect => throw Drift(
                $"SUSPECT: the final day {suspect.Day:uuuu-MM-dd} would shrink from {suspect.Before} to {suspect.After}; nothing was written. Set force to load it."
            ),
            _ => throw new InvalidOperationException("Not an outcome."),
        };

    private static PipelineException Drift(string message) => new(ErrorType.SchemaDrift, message);
}
