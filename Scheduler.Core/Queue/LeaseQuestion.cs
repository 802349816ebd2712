namespace Scheduler.Core.Queue;

/// <summary>A lease that is about to end.</summary>
/// <param name="QueueId">Whose lease it is.</param>
/// <param name="LeaseToken">What it is held under.</param>
/// <param name="MayRetry">
/// Whether a retry may follow, or somebody traces the end: a store need tell attempt, lane and configuration of retries only then.
/// </param>
public sealed record LeaseQuestion(string QueueId, string LeaseToken, bool MayRetry);
