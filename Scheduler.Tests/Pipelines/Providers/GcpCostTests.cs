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
            // The beginning of the data interval, and three days before it for runs that failed.
            Assert.That(world.Gcp.ChangedSince, Is.EqualTo("2026-10-29 12:00:00+00"));
        }
    }

    [Test]
    public async Task Named_days_are_read_as_named()
    {
        world.Gcp.EarliestChange = new LocalDate(2026, 10, 1);

        PipelineBench.Completed(await world.RunAsync("GCP", """{"from":"2026-11-01","to":"2026-11-01"}"""));

        Assert.That(world.Gcp.ChangedSince, Is.Null);
        Assert.That(await world.Bench.QueryAsync("select usage_date from cost_daily"), Is.EqualTo(["2026-11-01"]));
    }

    [TestCase("2020-11-10 00:00:00+00", "2020-11-09")]
    [TestCase("2030-01-01 00:00:00+00", null)]
    public async Task The_query_for_changed_days_finds_the_earliest_one(string since, string? day)
    {
        var export = BillingExport.Read(
            Fixtures.Require("providers/gcp/koku-billing-export-2020-11-08_2020-11-11.csv")
        );

        Assert.That(await export.EarliestChangeAsync(since), Is.EqualTo(day));
    }
}
