using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.History;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>What has happened in a store that people ask about in BigQuery: all of it arrives there, each row once.</summary>
internal abstract class HistoryExportContract : StoreContract
{
    private const string Runs =
        "select run_id, config_id, customer_id, scheduled_time, data_interval_start, actual_start_time, actual_end_time, state, "
        + "reason, error_type, error_message, execution_duration_seconds, retry_attempt, parent_run_id, triggered_by, lane, "
        + "idempotency_key, priority, worker_id, created_at, updated_at, usage_id from scheduled_pipeline_runs "
        + "where state in ('COMPLETED', 'FAILED', 'SKIPPED') order by run_id";

    // A day goes with the first of its runs that ends.
    private const string Days =
        "select usage_id, customer_id, usage_date, pipelines_run_today, pipelines_succeeded_today, pipelines_failed_today, "
        + "concurrent_pipelines_running, daily_limit, quota_exceeded, created_at, last_updated from customer_usage_quotas "
        + "where usage_id in (select usage_id from scheduled_pipeline_runs where state in ('COMPLETED', 'FAILED')) "
        + "order by usage_id";

    private const string Trail =
        "select audit_id, chain, customer_id, actor_kind, key_id, action, target, before_json, after_json, position, "
        + "previous_hash, entry_hash from scheduler_audit_entries order by audit_id";

    private static readonly string[] Copied =
    [
        Runs,
        Days,
        Trail,
        "select customer_id, company_name, tenant_dataset_id, status, timezone, trial_end_date, requires_hipaa, created_at "
            + "from customer_profiles order by customer_id",
        "select subscription_id, customer_id, plan_name, status, max_pipelines_per_day, is_trial, subscription_start_date "
            + "from customer_subscriptions order by subscription_id",
        "select config_id, pipeline_name, is_active, schedule_cron, next_run_time, last_run_status, priority, updated_at "
            + "from customer_pipeline_configs order by config_id",
    ];

    private static readonly string[] Loads =
    [
        "warehouse.load_customers",
        "warehouse.load_subscriptions",
        "warehouse.load_pipelines",
        "warehouse.load_runs",
        "warehouse.load_usage_days",
        "warehouse.load_audit_entries",
    ];

    private readonly SteppedTime pauses = new(DateTimeOffset.UnixEpoch);
    private BigQueryDatabase warehouse = null!;

    [SetUp]
    public async Task Seed()
    {
        warehouse = await BigQueryDatabase.CreateAloneAsync(pauses);
        // The operator's questions ask the database's own clock.
        var now = TimeProvider.System.ToClock().GetCurrentInstant();
        H.Advance(now - Duration.FromHours(1) - H.Now);
        await H.OnboardAsync("acme", "PROFESSIONAL");
        await H.OnboardAsync("coil", "STARTER", "Pacific/Auckland");
        foreach (var (customer, name) in new[] { ("acme", "a"), ("acme", "b"), ("acme", "c"), ("coil", "d") })
        {
            await H.ConfigureAsync(
                customer,
                name,
                c => c with { NextRunTime = H.Now, NotificationEmails = ["a@example.com", "b@example.com"] }
            );
        }
        await H.TriggerAsync();
        var items = await H.LeaseAsync(4);
        H.Advance(Duration.FromSeconds(10));
        await H.ReportAsync(items[0], RunOutcome.Completed);
        await H.ReportAsync(items[1], RunOutcome.Failed, ErrorType.Unknown);
        await H.ReportAsync(items[2], RunOutcome.Completed);
        await new AuditChaining(new AuditStore(H.Engine), H.Clock).ExtendAsync(default);
        H.Advance(now - H.Now);
    }

    [TearDown]
    public async Task CloseWarehouse()
    {
        // Null where the set-up was left: there is no emulator.
        if (warehouse is not null)
        {
            await warehouse.Emulator.DisposeAsync();
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(1000)]
    public async Task Everything_arrives_column_by_column_whatever_the_size_of_a_batch(int batch)
    {
        await ExportAsync(batch);

        await ExpectEqualAsync();
        Assert.That(await warehouse.QueryAsync(Runs), Has.Count.EqualTo(3), "the fourth still runs");
    }

    [Test]
    public async Task Lists_documents_and_money_keep_their_form()
    {
        var document = Database.JsonLiteral("{\"depth\": [1, \"two\", null]}");
        await ExecuteAsync($"update customer_pipeline_configs set parameters = {document} where customer_id = 'coil'");
        await ExecuteAsync($"update scheduled_pipeline_runs set parameters = {document}");
        await ExecuteAsync("update customer_subscriptions set monthly_price_usd = '199.90' where customer_id = 'coil'");
        await ExecuteAsync("update customer_usage_quotas set total_storage_used_gb = '0.25'");

        await ExportAsync();

        var pipeline = await warehouse.QueryAsync(
            "select array_to_string(notification_emails, ' ') as emails, json_value(parameters, '$.depth[1]') as depth, "
                + "retry_config is null as is_plain from customer_pipeline_configs where customer_id = 'coil'"
        );
        var runs = await warehouse.QueryAsync(
            "select distinct json_value(parameters, '$.depth[0]') as depth from scheduled_pipeline_runs"
        );
        var price = await warehouse.QueryAsync(
            "select cast(monthly_price_usd * 10 as int64) as tenfold from customer_subscriptions where customer_id = 'coil'"
        );
        var space = await warehouse.QueryAsync(
            "select distinct cast(total_storage_used_gb * 100 as int64) as gb from customer_usage_quotas"
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pipeline[0]["emails"], Is.EqualTo("a@example.com b@example.com"));
            Assert.That(pipeline[0]["depth"], Is.EqualTo("two"));
            Assert.That(pipeline[0]["is_plain"], Is.EqualTo(1));
            Assert.That(runs.Select(run => run["depth"]), Is.EqualTo(["1"]));
            Assert.That(price[0]["tenfold"], Is.EqualTo(1999));
            Assert.That(space[0]["gb"], Is.EqualTo(25));
        }
    }

    [Test]
    public async Task A_second_pass_sends_nothing_and_what_ends_later_follows()
    {
        await ExportAsync();
        var sent = Sent();
        await ExportAsync();
        Assert.That(Sent(), Is.EqualTo(sent));

        H.AdvanceToNextHour();
        await H.TriggerAsync();
        foreach (var item in await H.LeaseAsync(10))
        {
            await H.ReportAsync(item, RunOutcome.Completed);
        }
        H.Advance(Duration.FromHours(2));
        await ExportAsync();

        await ExpectEqualAsync();
    }

    [Test]
    public async Task What_was_loaded_before_its_mark_was_kept_is_there_once()
    {
        await ExportAsync();
        await ExecuteAsync("delete from scheduler_export_marks");

        await ExportAsync(2);

        await ExpectEqualAsync();
    }

    [Test]
    public async Task What_ended_a_moment_ago_waits_until_no_earlier_end_can_follow()
    {
        await ExportAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        var items = await H.LeaseAsync(10);
        await H.ReportAsync(items[0], RunOutcome.Completed);
        var before = await warehouse.QueryAsync(Runs);

        await ExportAsync();
        Assert.That(await warehouse.QueryAsync(Runs), Has.Count.EqualTo(before.Count));

        H.Advance(HistoryExport.Lag);
        await ExportAsync();
        Assert.That(await warehouse.QueryAsync(Runs), Has.Count.EqualTo(before.Count + 1));
    }

    [TestCase("insert", EmulatorFault.UnavailableBefore)]
    [TestCase("insert", EmulatorFault.UnavailableAfter)]
    [TestCase("insert", EmulatorFault.LostReply)]
    [TestCase("results", EmulatorFault.LostReply)]
    [TestCase("get", EmulatorFault.RateLimited)]
    public async Task A_request_that_fails_costs_no_row_and_doubles_none(string call, EmulatorFault fault)
    {
        for (var nth = 0; nth < 4; nth++)
        {
            warehouse.Emulator.Fail(call, fault);
        }

        await ExportAsync(2);

        await ExpectEqualAsync();
    }

    [Test]
    public async Task An_outage_in_the_middle_is_made_up_for_by_the_next_process()
    {
        foreach (var load in Loads)
        {
            var sent = 0;
            var target = new HeldEngine(warehouse.Engine);
            target.Break(load, _ => ++sent > 1 ? new StorageUnavailableException("made to be away") : null);
            var source = new HeldEngine(H.Engine);
            source.Break(
                "history.move_mark",
                _ => sent > 0 ? new StorageUnavailableException("made to be away") : null
            );
            var pass = new HistoryExport(source, H.Clock, target, 1).RunAsync(default);

            await pauses.RunAsync(Task.WhenAny(pass));
            Assert.That(async () => await pass, Throws.InstanceOf<StorageUnavailableException>(), load);
            await ExecuteAsync("delete from scheduler_export_marks where stream = 'standing'");
        }

        await ExportAsync(2);

        await ExpectEqualAsync();
    }

    [Test]
    public async Task Two_processes_at_once_double_nothing()
    {
        // Whatever one of them loads, the other one has read before as well.
        var gate = new HeldEngine(warehouse.Engine);
        var held = gate.Hold("warehouse.load_runs");
        var slow = new HistoryExport(H.Engine, H.Clock, gate, 2).RunAsync(default);
        await pauses.RunAsync(held.Reached);
        var fast = new HistoryExport(Database.Connect(), H.Clock, warehouse.Connect(), 2);
        await pauses.RunAsync(fast.RunAsync(default));
        held.Release();

        await pauses.RunAsync(slow);

        await ExpectEqualAsync();
    }

    [Test]
    public async Task Loads_at_the_same_moment_double_nothing()
    {
        await pauses.RunAsync(
            Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(_ => new HistoryExport(H.Engine, H.Clock, warehouse.Connect()).RunAsync(default))
            )
        );

        await ExpectEqualAsync();
    }

    [Test]
    public async Task An_entry_waits_for_its_place_in_the_chain_but_not_for_ever()
    {
        await H.OnboardAsync("late");
        H.Advance(Duration.FromMinutes(10));
        await ExportAsync();
        var placed = await warehouse.QueryAsync(Trail);
        Assert.That(placed.Select(entry => entry["position"]), Is.All.Not.Null);

        H.Advance(HistoryExport.Placing);
        await ExportAsync();

        await ExpectEqualAsync();
        Assert.That(await warehouse.QueryAsync(Trail), Has.Count.GreaterThan(placed.Count));
    }

    [Test]
    public async Task A_customer_that_is_purged_is_purged_there_as_well()
    {
        await ExportAsync();
        await ExecuteAsync("update customer_profiles set status = 'CANCELLED' where customer_id = 'acme'");
        var purge = new PurgeStore(H.Engine, H.Clock);
        await purge.DeleteRunsAsync("acme", 100, default);
        await purge.DeleteConfigsAsync("acme", 100, default);
        await purge.DeleteUsageAsync("acme", 100, default);
        await purge.DeleteCustomerAsync("acme", H.Stamp(), H.Now, default);
        H.Advance(Duration.FromHours(2));
        await ExportAsync();

        await ExpectEqualAsync();
        foreach (var table in new[] { "customer_profiles", "scheduled_pipeline_runs", "customer_usage_quotas" })
        {
            Assert.That(
                await warehouse.QueryAsync($"select customer_id from {table} where customer_id = 'acme'"),
                Is.Empty
            );
        }
    }

    [Test]
    public async Task The_operators_questions_about_what_was_and_what_comes_are_answered_there()
    {
        await ExportAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await AskAsync("due_next_6_hours", "config_id"), Is.EqualTo(await AskSourceAsync("config_id")));
            Assert.That(await AskAsync("success_rate_7_days", "customer_id"), Is.Not.Empty);
            Assert.That(await AskAsync("failed_today", "run_id"), Has.Count.LessThanOrEqualTo(1));
            Assert.That(await AskAsync("running_now", "run_id"), Is.Empty, "asked of the store that runs it");
            Assert.That(await AskAsync("queue_by_state", "state"), Is.Empty, "asked of the store that queues it");
        }
    }

    private Task<IReadOnlyList<string>> AskSourceAsync(string column) =>
        H.Engine.RunAsync(new("monitoring", "due_next_6_hours"), new SqlArguments(), row => row.Text(column), default);

    private Task<IReadOnlyList<string>> AskAsync(string question, string column) =>
        warehouse.Engine.RunAsync(new("monitoring", question), new SqlArguments(), row => row.Text(column), default);

    private Task ExportAsync(int batch = HistoryExport.BatchSize) =>
        pauses.RunAsync(new HistoryExport(H.Engine, H.Clock, warehouse.Engine, batch).RunAsync(default));

    private long Sent() =>
        warehouse
            .Engine.Meter.Uses.Where(use => use.Operation.StartsWith("warehouse.", StringComparison.Ordinal))
            .Sum(use => use.Jobs);

    private async Task ExpectEqualAsync()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var query in Copied)
            {
                Assert.That(await warehouse.QueryAsync(query), Is.EqualTo(await Database.QueryAsync(query)), query);
            }
        }
    }
}
