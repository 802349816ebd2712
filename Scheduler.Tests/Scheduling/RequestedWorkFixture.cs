using NodaTime;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What the fixtures of backfills and bulk actions share: both over one store that a test can count, hold up and break.</summary>
internal abstract class RequestedWorkFixture : HeldStoreFixture
{
    protected const string Minutely = "* * * * *";
    protected const string AtNoon = "0 12 * * *";

    protected BackfillStore BackfillStore => new(H.Engine);

    protected BulkStore BulkStore => new(H.Engine);

    protected Backfills Backfills =>
        new(BackfillStore, H.Configs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    protected BackfillFeed Feed => FeedWith();

    protected Bulks Bulks => new(BulkStore, H.Configs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    protected RunRequests Requests =>
        new(H.Configs, H.Schedules, H.Customers, H.Runs, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids);

    protected BulkWork Work =>
        new(
            BulkStore,
            BackfillStore,
            H.Runs,
            Requests,
            new RunCancelling(H.Runs, H.Queue, new AuditStore(H.Engine), H.Signal, H.Clock, H.Ids),
            H.Signal,
            H.Clock,
            H.Ids
        );

    protected BackfillFeed FeedWith(int? maxOpen = null, TimeProvider? time = null) =>
        new(
            Backfills,
            BackfillStore,
            H.Configs,
            H.Customers,
            H.Schedules,
            H.Signal,
            H.Clock,
            H.Ids,
            maxOpen is { } most ? new BackfillOptions { MaxOpen = most } : new BackfillOptions(),
            time ?? H.Time
        );

    /// <summary>A new customer with one pipeline.</summary>
    protected async Task<PipelineConfig> PipelineAsync(
        string customerId = "acme",
        string plan = "ENTERPRISE",
        string cron = "0 * * * *"
    )
    {
        await H.OnboardAsync(customerId, plan);
        return await H.ConfigureAsync(customerId, change: config => config with { ScheduleCron = cron });
    }

    /// <summary>Of the time before the start of the test.</summary>
    protected async Task<Backfill> BackfillAsync(
        PipelineConfig config,
        Duration back,
        int maxConcurrent = 1,
        BackfillMode mode = BackfillMode.Missing
    ) => ((BackfillResult.Done)await AskAsync(config, back, maxConcurrent, mode)).Backfill;

    protected Task<BackfillResult> AskAsync(
        PipelineConfig config,
        Duration back,
        int maxConcurrent = 1,
        BackfillMode mode = BackfillMode.Missing,
        bool isDryRun = false
    ) =>
        Backfills.StartAsync(
            config.CustomerId,
            config.ConfigId,
            mode,
            StoreHarness.Start - back,
            StoreHarness.Start,
            maxConcurrent,
            isDryRun,
            StoreHarness.Actor,
            default
        );

    protected async Task<Backfill> StandingAsync(Backfill backfill) =>
        (await BackfillStore.GetAsync(backfill.CustomerId, backfill.BackfillId, default))!;

    protected async Task<IEnumerable<Run>> BackfilledAsync(string customerId = "acme") =>
        (await H.RunsAsync(customerId)).Where(run => run.TriggeredBy == TriggeredBy.Backfill);

    protected async Task<Bulk> BulkAsync(
        BulkAction action,
        BulkFilter? filter = null,
        Instant? failedSince = null,
        Instant? until = null
    ) =>
        (
            (BulkResult.Accepted)
                await Bulks.StartAsync(
                    action,
                    filter ?? new BulkFilter(),
                    "an outage",
                    until,
                    failedSince,
                    isDryRun: false,
                    StoreHarness.Actor,
                    default
                )
        ).Bulk;

    protected Task<IReadOnlyList<BulkItem>> ItemsAsync(Bulk bulk, BulkItemState state) =>
        BulkStore.ListItemsAsync(bulk.BulkId, state, -1, 200, default);

    /// <summary>The rows of the audit trail whose action begins so, oldest first: chain, action, target and key.</summary>
    protected async Task<IEnumerable<(string?, string?, string?, string?)>> TrailAsync(string concept) =>
        (
            await Database.QueryAsync(
                $"""
                select chain, action, target, key_id from scheduler_audit_entries
                where action like '{concept}.%' order by at, audit_id
                """
            )
        ).Select(row =>
            ((string?)row["chain"], (string?)row["action"], (string?)row["target"], (string?)row["key_id"])
        );
}
