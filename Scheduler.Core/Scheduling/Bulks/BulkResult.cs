namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>What came of asking for a bulk, or for its undoing.</summary>
public abstract record BulkResult
{
    private BulkResult() { }

    /// <summary>It is under way.</summary>
    public sealed record Accepted(Bulk Bulk) : BulkResult;

    /// <summary>What it would be about; nothing was written.</summary>
    /// <param name="Total">So many pipelines would be concerned.</param>
    /// <param name="Untouched">So many more match the filter, and the action has nothing to do to them.</param>
    /// <param name="First">The first of those concerned.</param>
    public sealed record Planned(long Total, long Untouched, IReadOnlyList<FoundPipeline> First) : BulkResult;

    /// <summary>The filter matches more than one bulk may be about.</summary>
    public sealed record TooMany(int Most) : BulkResult;

    /// <summary>The filter matches nothing that the action concerns.</summary>
    public sealed record Nothing : BulkResult;

    /// <summary>The pause would be over already.</summary>
    public sealed record OverAlready(NodaTime.Instant Now) : BulkResult;

    /// <summary>There is no such bulk.</summary>
    public sealed record NotThere : BulkResult;
}
