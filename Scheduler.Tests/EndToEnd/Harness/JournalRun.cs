namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A run as the table has it. <paramref name="ScheduledTime"/> is in microseconds since 1970.</summary>
internal sealed record JournalRun(
    string RunId,
    string ConfigId,
    string CustomerId,
    string Lane,
    long ScheduledTime,
    int Attempt,
    string State,
    string? Reason,
    string? ErrorType,
    string? ParentRunId
)
{
    public (string, string, long) Occurrence => (ConfigId, Lane, ScheduledTime);

    public bool IsTerminal => State is "COMPLETED" or "FAILED" or "SKIPPED";
}
