namespace Scheduler.Core.Usage;

/// <summary>A customer's counts of one of its own days. Null limits are unlimited.</summary>
public sealed record DailyUsage
{
    public required string CustomerId { get; init; }

    /// <summary>ISO date in the customer's time zone.</summary>
    public required string UsageDate { get; init; }
    public required int RunToday { get; init; }
    public required int SucceededToday { get; init; }
    public required int FailedToday { get; init; }
    public required int CancelledToday { get; init; }
    public required int RunMonth { get; init; }
    public required int ConcurrentRunning { get; init; }
    public required int MaxConcurrentReached { get; init; }
    public required int? DailyLimit { get; init; }
    public required int? MonthlyLimit { get; init; }
    public required int? ConcurrentLimit { get; init; }
    public required bool QuotaExceeded { get; init; }
}
