using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

/// <summary>
/// What the hot scripts read of a database with 20,000 pipelines, each with an open run: the server counts it. A plan that walks a
/// table or an index reads them all.
/// </summary>
[TestFixture]
internal sealed class PostgresReadsTests
{
    private const int Batch = 50;
    private const int Most = 2_000;
    private const int Pipelines = 20_000;

    private static readonly Duration Lease = Duration.FromMinutes(5);

    private PostgresDatabase database = null!;

    [SetUp]
    public async Task SeedStore()
    {
        database = await PostgresDatabase.CreateAsync();
        await database.ExecuteAsync(Seed);
    }

    [TearDown]
    public async Task CloseStore() => await database.DisposeAsync();

    [Test]
    public async Task A_claim_and_the_end_of_its_leases_read_what_they_take()
    {
        var items = await MeasureAsync("claim", queue => ClaimAsync(queue));
        Assert.That(items, Has.Count.EqualTo(Batch));
        var leases = items.Select(item => new LeaseReference { QueueId = item.QueueId, LeaseToken = item.LeaseToken });
        await MeasureAsync("heartbeat", queue => queue.ExtendAsync([.. leases], Lease, default));
        var questions = items.Select(item => new LeaseQuestion(item.QueueId, item.LeaseToken, MayRetry: true)).ToList();
        var held = await MeasureAsync("lease_facts", queue => queue.LeaseFactsAsync(questions, default));
        var ends = held!.Facts.Select((fact, nth) => End(fact, held.Now, isFailure: nth % 2 == 0)).ToList();

        var ended = await MeasureAsync("end_leases", queue => queue.EndAsync(ends, held.Now, default));

        Assert.That(ended.Count(end => end.State is not null), Is.EqualTo(Batch));
    }

    [Test]
    public async Task Held_pipelines_are_set_aside_one_by_one()
    {
        // Of a queue that was not analysed since it grew, as after the first trigger.
        await database.ExecuteAsync(
            """
            update customer_pipeline_configs set paused_until = now() + interval '1 day' where pipeline_name = 'p0';
            delete from pg_statistic where starelid = 'pipeline_execution_queue'::regclass;
            update pg_class set reltuples = -1, relpages = 0 where oid = 'pipeline_execution_queue'::regclass;
            """
        );

        await MeasureAsync("claim", queue => ClaimAsync(queue));
    }

    [Test]
    public async Task A_storm_after_idle_polls_is_planned_for_what_it_finds()
    {
        const int Claims = 10;
        await database.ExecuteAsync(
            """
            truncate customer_profiles, scheduler_run_transitions, scheduler_interval_chains, scheduler_fair_shares cascade;
            analyze;
            """
        );

        await MeasureAsync(
            "claims",
            async engine =>
            {
                var queue = new QueueStore(engine, new OperationClock(engine));
                for (var poll = 0; poll < 300; poll++)
                {
                    await ClaimAsync(queue);
                }
                await database.ExecuteAsync(Seed[..Seed.LastIndexOf("analyze", StringComparison.Ordinal)]);
                await ForgetReadsAsync();
                for (var claim = 0; claim < Claims; claim++)
                {
                    Assert.That(await ClaimAsync(queue), Has.Count.EqualTo(Batch));
                }
                return Claims;
            },
            // The first one may still be wrong.
            most: Pipelines + Claims * Most
        );
    }

    [Test]
    public async Task The_trigger_reads_what_is_due()
    {
        await database.ExecuteAsync(
            """
            update customer_pipeline_configs set next_run_time = now() - interval '1 minute'
            where pipeline_name = 'p0' and customer_id < 'customer120'
            """
        );

        var answer = await MeasureAsync(
            "list_due and plan_batch",
            engine =>
                new Trigger(
                    new ScheduleStore(engine),
                    new OperationClock(engine),
                    new RandomIdSource(),
                    new TriggerOptions(),
                    new QueueSignal(),
                    TimeProvider.System,
                    new NoFailpoints(),
                    NullLogger<Trigger>.Instance
                ).RunAsync(new TriggerRequest { BatchSize = 100 }, default)
        );

        Assert.That(answer, Is.Not.Null);
    }

    [Test]
    public async Task Reads_of_one_customer_stay_with_it()
    {
        var runs = await MeasureAsync(
            "runs.list",
            engine =>
                new RunStore(engine, new OperationClock(engine)).ListAsync(
                    "customer100",
                    new RunFilter { Limit = Batch },
                    default
                )
        );
        var run = await MeasureAsync(
            "runs.get",
            engine => new RunStore(engine, new OperationClock(engine)).GetAsync("customer100", runs[0].RunId, default)
        );
        var pipelines = await MeasureAsync(
            "pipeline_configs.list",
            engine => new PipelineConfigStore(engine).ListAsync("customer100", null, null, Batch, default)
        );
        var pipeline = await MeasureAsync(
            "pipeline_configs.get",
            engine => new PipelineConfigStore(engine).GetAsync("customer100", pipelines[0].ConfigId, default)
        );

        Assert.That((runs.Count, run?.RunId), Is.EqualTo((Batch, runs[0].RunId)));
        Assert.That((pipelines.Count, pipeline?.ConfigId), Is.EqualTo((Batch, pipelines[0].ConfigId)));
    }

    private static async Task<IReadOnlyList<LeaseItem>> ClaimAsync(QueueStore queue) =>
        (await queue.TryClaimAsync([new ClaimRequest("worker", Batch, 16, "nonce")], Lease, default))[0].Items;

    private static LeaseEnd End(LeaseFacts facts, Instant now, bool isFailure) =>
        LeaseEnding.Reported(
            facts,
            new RunResult
            {
                QueueId = facts.QueueId,
                LeaseToken = facts.LeaseToken,
                Outcome = isFailure ? RunOutcome.Failed : RunOutcome.Completed,
            },
            now,
            new Random(1),
            new RandomIdSource()
        );

    private Task<T> MeasureAsync<T>(string what, Func<QueueStore, Task<T>> call) =>
        MeasureAsync(what, engine => call(new QueueStore(engine, new OperationClock(engine))));

    /// <summary>In a session of its own: what it read is counted when it has ended.</summary>
    private async Task<T> MeasureAsync<T>(string what, Func<ISqlEngine, Task<T>> call, int most = Most)
    {
        await ForgetReadsAsync();
        T answer;
        await using (
            var engine = new PostgresEngine(new PostgresOptions { ConnectionString = database.ConnectionString })
        )
        {
            answer = await call(engine);
        }
        await EndOfSessionsAsync();
        var read = await database.QueryAsync(
            $"""
            select relname::text as name, seq_tup_read as read from pg_stat_user_tables where seq_tup_read > {most}
            union all
            select indexrelname::text, idx_tup_read from pg_stat_user_indexes where idx_tup_read > {most}
            """
        );
        Assert.That(read.Select(row => $"{what} read {row["read"]} of {row["name"]}"), Is.Empty);
        return answer;
    }

    private async Task ForgetReadsAsync()
    {
        // What this test itself has read so far is counted up to a second later, unless it is asked for.
        await database.ExecuteAsync("select pg_stat_force_next_flush()");
        await database.ExecuteAsync("select pg_stat_reset()");
    }

    private async Task EndOfSessionsAsync()
    {
        const string Others = """
            select count(*) as n from pg_stat_activity
            where datname = current_database() and application_name = 'scheduler'
            """;
        while (await database.QueryAsync(Others) is [var row] && row["n"] is > 0L)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private const string Seed = """
        insert into customer_profiles (customer_id, company_name, admin_email, tenant_dataset_id, status, subscription_plan,
          created_at, updated_at)
          select 'customer' || i, 'c', 'a@example.com', 'tenant' || i, 'ACTIVE', 'SCALE', now(), now()
          from generate_series(100, 299) i;
        insert into customer_subscriptions (subscription_id, customer_id, plan_name, status, max_pipelines_per_day,
          max_pipelines_per_month, max_concurrent_pipelines, subscription_start_date, created_at, updated_at)
          select 's' || customer_id, customer_id, 'SCALE', 'ACTIVE', 1000, 30000, 10, '2020-01-01', now(), now()
          from customer_profiles;
        insert into customer_pipeline_configs (config_id, customer_id, provider, domain, pipeline_template, pipeline_name,
          is_active, schedule_type, schedule_cron, next_run_time, misfire_policy, overlap_policy, dst_policy, created_at,
          updated_at, created_by)
          select 'config' || (100000 + nth * 200 + i), 'customer' || i, 'SYSTEM', 'TEST', 'probe', 'p' || nth, true, 'DAILY',
            '0 2 * * *', now() + interval '1 day', 'run_once', 'allow', 'default', now(), now(), 'seed'
          from generate_series(100, 299) i, generate_series(0, 99) nth;
        insert into scheduler_interval_chains (config_id, last_interval_end)
          select config_id, now() - interval '1 day' from customer_pipeline_configs;
        insert into scheduled_pipeline_runs (run_id, config_id, customer_id, pipeline_template, scheduled_time,
          data_interval_start, data_interval_end, state, triggered_by, lane, idempotency_key, priority, created_at, updated_at)
          select 'run' || config_id, config_id, customer_id, 'probe', now() - interval '1 hour', now() - interval '1 day',
            now() - interval '1 hour', 'PENDING', 'cloud_scheduler', 'schedule', 'key' || config_id, 5, now(), now()
          from customer_pipeline_configs;
        insert into pipeline_execution_queue (queue_id, run_id, customer_id, pipeline_template, priority, state, scheduled_time,
          visible_at, created_at, config_id)
          select 'item' || config_id, run_id, customer_id, 'probe', 5, 'QUEUED', scheduled_time, scheduled_time, now(), config_id
          from scheduled_pipeline_runs;
        insert into scheduler_fair_shares (customer_id, ready, ready_at) select customer_id, true, now() from customer_profiles;
        insert into scheduler_run_transitions (run_id, to_state, at, actor)
          select run_id, 'PENDING', now(), 'trigger' from scheduled_pipeline_runs;
        insert into customer_usage_quotas (usage_id, customer_id, usage_date, created_at, last_updated)
          select p.customer_id || '_' || to_char(d, 'YYYYMMDD'), p.customer_id, d::date, now(), now()
          from customer_profiles p, generate_series(current_date - 99, current_date, interval '1 day') d;
        analyze;
        """;
}
