using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Execution;

/// <summary>Leased items with everything filled in.</summary>
internal static class Leases
{
    public static readonly Instant Day = Instant.FromUtc(2025, 6, 2, 0, 0);

    public static LeaseItem Item(int number, int leaseSeconds = 30) =>
        new()
        {
            QueueId = $"q{number}",
            RunId = $"run{number}",
            ConfigId = $"config{number}",
            CustomerId = "acme",
            PipelineId = "acme-FILE-COST-focus_csv",
            PipelineLoggingId = $"log{number}",
            Provider = "FILE",
            Domain = "COST",
            PipelineTemplate = "focus_csv",
            TenantDatasetId = "acme",
            ScheduledTime = Day,
            DataIntervalStart = Day - Duration.FromDays(1),
            DataIntervalEnd = Day,
            RetryAttempt = 0,
            TriggeredBy = TriggeredBy.CloudScheduler,
            LeaseEpoch = 1,
            LeaseToken = $"1-token{number}",
            LeaseExpiresAt = Day + Duration.FromSeconds(leaseSeconds),
            LeaseSeconds = leaseSeconds,
        };

    public static LeaseItem[] Items(int count, int leaseSeconds = 30) =>
        [.. Enumerable.Range(1, count).Select(number => Item(number, leaseSeconds))];
}
