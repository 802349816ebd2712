namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A queue item that is being processed.</summary>
internal sealed record JournalLease(string QueueId, string RunId, string WorkerId, string LeaseToken, long Epoch);
