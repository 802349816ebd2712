using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>The four views and the five questions of an operator. They read the database's own clock, so their data is of today.</summary>
internal abstract class OperatorQueryContract : StoreContract
{
    private static readonly Duration Hour = Duration.FromHours(1);

    [SetUp]
    public async Task Seed()
    {
        // Two waiting, one running for an hour, one completed, one failed, one of a suspended customer; all of the last hour.
        var now = TimeProvider.System.ToClock().GetCurrentInstant();
        H.Advance(now - Hour - H.Now);
        await H.OnboardAsync("acme", "PROFESSIONAL");
        await H.OnboardAsync("gone");
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await H.ConfigureAsync(
                "acme",
                name,
                c => c with { NextRunTime = H.Now, Priority = name[0] == 'a' ? 9 : 5 }
            );
        }
        await H.ConfigureAsync("gone", "main", c => c with { NextRunTime = H.Now });
        await H.TriggerAsync();
        await ExecuteAsync("update customer_profiles set status = 'SUSPENDED' where customer_id = 'gone'");
        var items = await H.LeaseAsync(3);
        H.Advance(Duration.FromSeconds(10));
        await H.ReportAsync(items[0], RunOutcome.Completed);
        await H.ReportAsync(items[1], RunOutcome.Failed, ErrorType.Unknown);
        H.Advance(now - H.Now);
    }

    [TestCase(
        "pipelines_due_now",
        "config_id,customer_id,next_run_time,company_name,subscription_plan,customer_status"
    )]
    [TestCase(
        "currently_running_pipelines",
        "run_id,pipeline_name,provider,domain,company_name,running_duration_seconds"
    )]
    [TestCase(
        "pipeline_execution_stats_7d",
        "customer_id,pipeline_template,total_runs,successful_runs,failed_runs,skipped_runs,avg_duration_seconds,max_duration_seconds,min_duration_seconds,success_rate"
    )]
    [TestCase("pending_queue_items", "queue_id,company_name,subscription_plan,delay_seconds")]
    public async Task Each_view_has_the_columns_that_were_promised(string view, string columns)
    {
        // A day later everything is due, so that no view is empty.
        await ExecuteAsync($"update customer_pipeline_configs set next_run_time = {Database.Literal(H.Now - Hour)}");

        var row = (await QueryAsync($"select * from {view} where customer_id = 'acme'"))[0];

        Assert.That(row.Keys, Is.SupersetOf(columns.Split(',')));
    }

    [Test]
    public async Task Due_now_leaves_out_the_paused_the_inactive_and_the_suspended()
    {
        await ExecuteAsync($"update customer_pipeline_configs set next_run_time = {Database.Literal(H.Now - Hour)}");
        await ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {Database.Literal(Microseconds.Never)} where pipeline_name = 'a'"
        );
        await ExecuteAsync(
            $"update customer_pipeline_configs set is_active = {Database.Literal(false)} where pipeline_name = 'b'"
        );

        var rows = await QueryAsync("select * from pipelines_due_now order by pipeline_name");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row["pipeline_name"]), Is.EqualTo(new[] { "c", "d", "e" }));
            Assert.That(rows[0]["company_name"], Is.EqualTo("acme Ltd"));
            Assert.That(rows[0]["subscription_plan"], Is.EqualTo("PROFESSIONAL"));
        }
    }

    [Test]
    public async Task The_success_rate_is_a_percentage_of_what_finished_and_null_when_nothing_did()
    {
        var rows = await QueryAsync("select * from pipeline_execution_stats_7d order by customer_id");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows[0]["total_runs"], Is.EqualTo(5));
            Assert.That(rows[0]["successful_runs"], Is.EqualTo(1));
            Assert.That(rows[0]["failed_runs"], Is.EqualTo(1));
            Assert.That(rows[0]["success_rate"], Is.EqualTo(50.0));
            Assert.That(rows[0]["avg_duration_seconds"], Is.EqualTo(10.0));
            Assert.That(rows[1]["success_rate"], Is.Null);
        }
    }

    [Test]
    public async Task Pending_items_are_those_a_worker_could_take()
    {
        var rows = await QueryAsync("select * from pending_queue_items");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Count.EqualTo(2));
            Assert.That(rows.Select(row => row["customer_id"]), Has.All.EqualTo("acme"));
            Assert.That(rows.Select(row => (long)row["delay_seconds"]!), Has.All.InRange(3599, 3720));
        }
    }

    [Test]
    public async Task The_five_questions_have_their_answers()
    {
        var due = await AskAsync("due_next_6_hours");
        var running = await AskAsync("running_now");
        var rates = await AskAsync("success_rate_7_days");
        var states = await AskAsync("queue_by_state");
        var failed = await AskAsync("failed_today");

        var isPastOne = TimeProvider.System.ToClock().GetCurrentInstant().InUtc().Hour >= 1;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(due, Has.Count.EqualTo(5), "hourly pipelines of the runnable customer");
            Assert.That(running, Has.Count.EqualTo(1));
            Assert.That((long)running[0]["running_duration_seconds"]!, Is.InRange(3599, 3720));
            Assert.That(rates.Select(row => row["customer_id"]), Is.EquivalentTo(new[] { "acme", "gone" }));
            (string, long)[] ended = Database.KeepsFinishedItems ? [("COMPLETED", 1L), ("FAILED", 1L)] : [];
            Assert.That(
                states.Select(row => ($"{row["state"]}", (long)row["items"]!)),
                Is.EqualTo([.. ended, ("PROCESSING", 1L), ("QUEUED", 3L)])
            );
            Assert.That((double)states[^1]["average_age_seconds"]!, Is.InRange(3599, 3720));
            Assert.That(failed, Has.Count.EqualTo(isPastOne ? 1 : failed.Count), "the failure may have been yesterday");
        }
    }

    private Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> AskAsync(string question) =>
        QueryAsync(SqlText.Load(H.Engine.Dialect, "monitoring")[question]);
}
