using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>How a leased run ended for the process that held the lease.</summary>
public abstract record RunEnd
{
    private RunEnd() { }

    /// <summary>The result was delivered and answered (accepted or stale).</summary>
    public sealed record Reported(RunResult Result, ResultReceipt Receipt) : RunEnd;

    /// <summary>The lease was lost on the way; nothing was reported.</summary>
    public sealed record Lost : RunEnd;

    /// <summary>The result could not be delivered while the lease lived; the API will run the item again.</summary>
    public sealed record Undelivered(RunResult Result) : RunEnd;
}
