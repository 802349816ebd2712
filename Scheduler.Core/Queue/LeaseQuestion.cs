namespace Scheduler.Core.Queue;

/// <summary>A lease that is about to end.</summary>
/// <param name="QueueId">Whose lease it is.</param>
/// <param name="LeaseToken">What it is held under.</param>
/// <param name="MayRetry">Whether a retry may follow: a store need tell what one is made of only then.</param>
public sealed record LeaseQuestion(string QueueId, string LeaseToken, bool MayRetry);
