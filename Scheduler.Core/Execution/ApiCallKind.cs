namespace Scheduler.Core.Execution;

/// <summary>The three calls of the lease protocol.</summary>
internal enum ApiCallKind
{
    Claim,
    Heartbeat,
    Results,
}
