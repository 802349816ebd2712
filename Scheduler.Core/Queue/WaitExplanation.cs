namespace Scheduler.Core.Queue;

/// <summary>Why a run has not started, in a word and a sentence.</summary>
public sealed record WaitExplanation(WaitCause Cause, string Detail);
