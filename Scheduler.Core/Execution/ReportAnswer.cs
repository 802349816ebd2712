using Scheduler.Core.Contracts;

namespace Scheduler.Core.Execution;

/// <summary>What came of delivering a result.</summary>
public abstract record ReportAnswer
{
    private ReportAnswer() { }

    /// <param name="OutcomeWasUnknown">
    /// True when an earlier try got no answer: then <c>stale</c> may just mean that the earlier try was accepted.
    /// </param>
    public sealed record Answered(ResultReceipt Receipt, bool OutcomeWasUnknown) : ReportAnswer;

    /// <summary>Not delivered while the lease could still be this worker's.</summary>
    public sealed record GivenUp(string Reason) : ReportAnswer;
}
