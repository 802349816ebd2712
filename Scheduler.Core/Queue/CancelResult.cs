using Scheduler.Core.Runs;

namespace Scheduler.Core.Queue;

/// <summary>What came of cancelling a run.</summary>
public abstract record CancelResult
{
    private CancelResult() { }

    /// <summary>It had not started and is skipped.</summary>
    /// <param name="Run">As it is now.</param>
    public sealed record Ended(Run Run) : CancelResult;

    /// <summary>It runs; its worker stops it within a lease.</summary>
    /// <param name="Run">As it is still.</param>
    public sealed record Asked(Run Run) : CancelResult;

    /// <summary>There is nothing left to cancel.</summary>
    /// <param name="Run">As it ended.</param>
    public sealed record EndedAlready(Run Run) : CancelResult;

    /// <summary>The customer has no such run.</summary>
    public sealed record NoSuchRun : CancelResult;
}
