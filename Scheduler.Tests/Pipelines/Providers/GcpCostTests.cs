using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Providers.Servers;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class GcpCostTests : IDisposable
{
    private readonly ProviderWorld world = new();

    public GcpCostTests() =>
        world.Gcp.SetCosts((new(2026, 10, 1), "Storage", "10"), (new(2026, 11, 1), "Storage", "1"));

    public void Dispose() => world.Dispose();

    [Test]
    public async Task The_key_goes_to_the_deployment_s_address_whatever_its_file_says()
    {
        using var other = new OpenAiServer();
        world.Secrets["GCP"] = world.Gcp.KeyFile($"{other.Endpoint.Address}token");

        PipelineBench.Completed(await world.RunAsync("GCP"));

        Assert.That(other.AllCalls, Is.Empty);
        Assert.That(world.Gcp.AllCalls.Count(call => call.AbsolutePath == "/token"), Is.Positive);
    }

    [Test]
    public async Task A_key_that_is_no_longer_the_account_s_is_an_authentication_failure()
    {
        using var old = new GcpServer();
        world.Secrets["GCP"] = old.KeyFile();

        var failed = PipelineBench.Failed(await world.RunAsync("GCP"));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.AuthenticationFailed, failed.Message)));
        Assert.That(failed.Message, Does.Contain("400").And.Not.Contain("canary").And.Not.Contain("PRIVATE"));
        Assert.That(world.Gcp.Calls, Is.Empty);
    }

    [Test]
    public async Task A_query_that_is_not_done_is_waited_for_in_its_location()
    {
        world.Gcp.PendingAnswers = 3;

        PipelineBench.Completed(await world.RunAsync("GCP", """{"from":"2026-11-01","to":"2026-11-02"}"""));

        Assert.That(world.Gcp.Calls.Select(call => call.Method), Is.EqualTo(["POST", "GET", "GET", "GET"]));
    }

    [Test]
    public async Task A_query_that_is_never_done_ends_at_the_bound_of_pages()
    {
        world.Bench.Providers.MaxPages = 5;
        world.Gcp.PendingAnswers = 100;

        var failed = PipelineBench.Failed(await world.RunAsync("GCP"));

        Assert.That(failed.Message, Does.Contain("more than 5 pages"));
    }

    [Test]
    public async Task Fewer_rows_than_BigQuery_counted_are_not_loaded()
    {
        world.Gcp.LosesARow = true;

        var failed = PipelineBench.Failed(await world.RunAsync("GCP", """{"from":"2026-11-01","to":"2026-11-02"}"""));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.ServiceUnavailable));
    }

    [TestCase(null, "2026-10-30")]
    [TestCase("2026-11-01", "2026-10-30")]
    [TestCase("2026-10-01", "2026-10-01")]
    [TestCase("2020-01-01", "2025-09-28")]
    public async Task The_window_begins_with_the_earliest_day_that_the_export_has_changed(string? changed, string from)
    {
        world.Gcp.EarliestChange = changed is null ? null : NodaTime.Text.LocalDatePattern.Iso.Parse(changed).Value;

        PipelineBench.Completed(await world.RunAsync("GCP"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await world.Bench.QueryAsync("select window_from, window_to from x_meta_pipeline_runs"),
                Is.EqualTo([$"{from}|2026-11-02"])
            );
            // A day before the beginning of the data interval: nothing has been loaded yet.
            Assert.That(world.Gcp.ChangedSince, Is.EqualTo("2026-10-31 12:00:00+00"));
        }
    }

    [Test]
    public async Task A_correction_is_found_by_the_watermark_even_if_every_run_between_has_failed()
    {
        world.Gcp.ChangedUntil = "2026-11-02 09:30:00.5+00";
        PipelineBench.Completed(await world.RunAsync("GCP"));
        world.Gcp.SetCosts((new(2026, 10, 1), "Storage", "12"), (new(2026, 11, 1), "Storage", "1"));
        world.Gcp.EarliestChange = new LocalDate(2026, 10, 1);
        world.Gcp.ChangedUntil = "2026-11-03 01:00:00+00";
        // Ten days later: no run between them has read the source, and its own interval begins long after the correction.
        var later = await ItemAsync(days: 10);
        world.Gcp.LosesARow = true;
        PipelineBench.Failed(await world.Bench.RunAsync(later));
        var asked = world.Gcp.ChangedSince;
        world.Gcp.LosesARow = false;

        PipelineBench.Completed(await world.Bench.RunAsync(later with { RetryAttempt = 1 }));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (asked, world.Gcp.ChangedSince),
                Is.EqualTo(("2026-11-01 09:30:00.5+00", "2026-11-01 09:30:00.5+00")),
                "a day before the watermark, which the failed run has not moved"
            );
            Assert.That(
                await world.Bench.QueryAsync("select usage_date, billed_cost from cost_daily order by 1"),
                Is.EqualTo(["2026-10-01|12", "2026-11-01|1"])
            );
            Assert.That(
                await world.Bench.QueryAsync(
                    "select status, watermark_before::varchar, watermark_after::varchar from x_meta_pipeline_runs order by attempt, scheduled_time"
                ),
                Is.EqualTo([
                    """COMPLETED|null|{"changed_until":"2026-11-02 09:30:00.5+00"}""",
                    """FAILED|{"changed_until":"2026-11-02 09:30:00.5+00"}|null""",
                    """COMPLETED|{"changed_until":"2026-11-02 09:30:00.5+00"}|{"changed_until":"2026-11-03 01:00:00+00"}""",
                ])
            );
        }
    }

    [Test]
    public async Task A_backfill_of_named_days_leaves_the_watermark()
    {
        world.Gcp.ChangedUntil = "2026-11-02 09:30:00+00";
        PipelineBench.Completed(await world.RunAsync("GCP"));
        world.Gcp.ChangedUntil = "2026-11-05 00:00:00+00";

        PipelineBench.Completed(await world.RunAsync("GCP", """{"from":"2026-10-01","to":"2026-10-01"}""", epoch: 2));

        Assert.That(
            await world.Bench.QueryAsync("select mark, value from x_meta_watermarks"),
            Is.EqualTo(["changed_until|2026-11-02 09:30:00+00"])
        );
    }

    [Test]
    public async Task The_run_log_says_what_the_calls_have_cost()
    {
        PipelineBench.Completed(await world.RunAsync("GCP"));

        // Two queries, each billed for ten MiB.
        Assert.That(
            await world.Bench.QueryAsync("select http_calls, wait_ms, bytes_billed from x_meta_pipeline_runs"),
            Is.EqualTo(["2|0|20971520"])
        );
    }

    private async Task<Core.Contracts.LeaseItem> ItemAsync(int days)
    {
        var item = await world.ItemAsync("GCP");
        world.Bench.Time.Advance(TimeSpan.FromDays(days));
        return item with
        {
            RunId = "run-2",
            ScheduledTime = item.ScheduledTime + Duration.FromDays(days),
            DataIntervalStart = item.DataIntervalStart + Duration.FromDays(days),
            DataIntervalEnd = item.DataIntervalEnd + Duration.FromDays(days),
            LeaseExpiresAt = item.LeaseExpiresAt + Duration.FromDays(days),
        };
    }

    [Test]
    public async Task Named_days_are_read_as_named()
    {
        world.Gcp.EarliestChange = new LocalDate(2026, 10, 1);

        PipelineBench.Completed(await world.RunAsync("GCP", """{"from":"2026-11-01","to":"2026-11-01"}"""));

        Assert.That(world.Gcp.ChangedSince, Is.Null);
        Assert.That(await world.Bench.QueryAsync("select usage_date from cost_daily"), Is.EqualTo(["2026-11-01"]));
    }

    [TestCase("2020-11-10 00:00:00+00", "2020-11-09", "2020-11-11 14:14:41.604000+00")]
    [TestCase("2030-01-01 00:00:00+00", null, null)]
    public async Task The_query_for_changed_days_finds_the_earliest_one_and_the_watermark(
        string since,
        string? day,
        string? until
    )
    {
        var export = BillingExport.Read(
            Fixtures.Require("providers/gcp/koku-billing-export-2020-11-08_2020-11-11.csv")
        );

        Assert.That(await export.EarliestChangeAsync(since), Is.EqualTo((day, until)));
    }
}
