namespace Scheduler.Tests.Simulation.Judging;

/// <summary>A customer's day as it was counted.</summary>
internal sealed record UsageRow(
    string UsageId,
    string CustomerId,
    string Date,
    long Run,
    long Succeeded,
    long Failed,
    long Cancelled,
    long Month
);
