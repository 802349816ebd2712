using NUnit.Framework;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Core.Telemetry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>The numbers of the process, for those who collect them. All hosts of a process count together, so this one is alone.</summary>
[NonParallelizable]
internal sealed class MetricsTests
{
    [Test]
    public async Task Only_operators_read_them()
    {
        using var host = ApiHost.Production();
        var customer = ApiHost.Customer(host.Keys.Add("acme"));

        var nobody = await host.SendAsync("GET", "/metrics");
        var tenant = await host.SendAsync("GET", "/metrics", customer);
        var worker = await host.SendAsync("GET", "/metrics", ApiHost.Worker());
        var other = await host.SendAsync("POST", "/metrics", ApiHost.Admin());
        var admin = await host.SendAsync("GET", "/metrics", ApiHost.Admin());

        await nobody.ShouldBeProblemAsync(401, "MISSING_API_KEY");
        await tenant.ShouldBeProblemAsync(403, "FORBIDDEN");
        await worker.ShouldBeProblemAsync(403, "FORBIDDEN");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)other.StatusCode, Is.EqualTo(405));
            Assert.That((int)admin.StatusCode, Is.EqualTo(200));
            Assert.That(admin.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/plain"));
        }
    }

    [Test]
    public async Task Requests_are_counted_by_route_and_never_by_customer()
    {
        using var host = ApiHost.Production();
        const string route = "http_route=\"/api/v1/customers/{id}/\"";
        var before = await MetricsText.ReadAsync(host);

        await host.CallAsync("GET", "acme", ApiHost.Admin());
        await host.CallAsync("GET", "globex", ApiHost.Admin());

        var after = await MetricsText.ReadAsync(host);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Requests(after) - Requests(before), Is.EqualTo(2));
            Assert.That(after.ToString(), Does.Not.Contain("acme").And.Not.Contain("globex"));
        }

        static double Requests(MetricsText metrics) => metrics.Sum("http_server_request_duration_seconds_count", route);
    }

    [Test]
    public async Task Runs_are_counted_by_the_state_they_end_in()
    {
        using var host = ApiHost.Production();
        await using var database = await SqliteDatabase.CreateFastAsync();
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.QueueAsync("acme", "good", "bad", "left");
        var items = await harness.LeaseAsync(3);
        var before = await MetricsText.ReadAsync(host);

        await harness.ReportAsync(items[0], RunOutcome.Completed);
        await harness.ReportAsync(items[0], RunOutcome.Completed);
        await harness.ReportAsync(items[1], RunOutcome.Failed, ErrorType.AuthenticationFailed);
        await harness.ReportAsync(items[2], RunOutcome.Released);

        var after = await MetricsText.ReadAsync(host);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ended("COMPLETED"), Is.EqualTo(1), "the repeated report counts once");
            Assert.That(Ended("FAILED"), Is.EqualTo(1));
            Assert.That(Ended(null), Is.EqualTo(2), "a run handed back has not ended");
        }

        double Ended(string? state)
        {
            var label = state is null ? "" : $"state=\"{state}\"";
            return after.Sum("scheduler_runs_ended_total", label) - before.Sum("scheduler_runs_ended_total", label);
        }
    }

    [Test]
    public async Task The_queue_is_told_and_the_store_is_not_asked_at_each_look()
    {
        using var host = ApiHost.Production();
        var first = await MetricsText.ReadAsync(host);

        await MetricsText.ReadAsync(host);
        await MetricsText.ReadAsync(host);

        var last = await MetricsText.ReadAsync(host);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                last.ToString(),
                Does.Contain("scheduler_queue_depth{").And.Contain("scheduler_workers_desired{")
            );
            Assert.That(last.ToString(), Does.Contain("scheduler_queue_oldest_age_seconds{"));
            Assert.That(Looks(last) - Looks(first), Is.LessThanOrEqualTo(1), "what was read is told for five seconds");
        }

        static double Looks(MetricsText metrics) =>
            metrics.Sum("scheduler_store_duration_seconds_count", "concept=\"status\"");
    }

    [Test]
    public async Task Alerts_are_counted_by_rule_and_what_is_sent_by_sink_and_outcome()
    {
        using var host = ApiHost.Production();
        var before = await MetricsText.ReadAsync(host);

        AlertInstruments.CountFired("METRICS_TEST");
        AlertInstruments.CountFired("METRICS_TEST");
        AlertInstruments.CountResolved("METRICS_TEST");
        AlertInstruments.CountDelivery(SinkKind.PipelineEmail, "dead");

        var after = await MetricsText.ReadAsync(host);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Sum("scheduler_alerts_fired_total", "rule=\"METRICS_TEST\""), Is.EqualTo(2));
            Assert.That(after.Sum("scheduler_alerts_resolved_total", "rule=\"METRICS_TEST\""), Is.EqualTo(1));
            Assert.That(Dead(after) - Dead(before), Is.EqualTo(1));
        }

        static double Dead(MetricsText metrics) =>
            metrics.Sum("scheduler_deliveries_total", "outcome=\"dead\",sink=\"PIPELINE_EMAIL\"")
            + metrics.Sum("scheduler_deliveries_total", "sink=\"PIPELINE_EMAIL\",outcome=\"dead\"");
    }

    [Test]
    public async Task The_cost_of_BigQuery_is_told_by_operation_and_for_1000_runs()
    {
        using var host = ApiHost.Production();
        await using var database = await SqliteDatabase.CreateFastAsync();
        var harness = new StoreHarness(database.Engine);
        await harness.OnboardAsync("acme");
        await harness.QueueAsync("acme", "one");
        await harness.ReportAsync((await harness.LeaseAsync())[0], RunOutcome.Completed);
        // A number of runs and of statements that other tests of this process have added to.
        new BigQueryMeter().Count(new("metrics", "earlier"), 1, 1);
        var before = await MetricsText.ReadAsync(host);
        var runs = RunInstruments.Ended;
        var operation = $"test_{Guid.NewGuid():N}";

        new BigQueryMeter().Count(new("metrics", operation), 3, 1L << 40);

        var after = await MetricsText.ReadAsync(host);
        var label = $"operation=\"metrics.{operation}\"";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Sum("scheduler_bigquery_jobs_total", label), Is.EqualTo(1));
            Assert.That(after.Sum("scheduler_bigquery_statements_total", label), Is.EqualTo(3));
            Assert.That(after.Sum("scheduler_bigquery_bytes_billed_bytes_total", label), Is.EqualTo(1L << 40));
            Assert.That(after.Sum("scheduler_bigquery_cost_USD_total", label), Is.EqualTo(6.25));
            Assert.That(
                Gained("scheduler_bigquery_statements_per_1000_runs"),
                Is.EqualTo(3000.0 / runs).Within(0.01).Percent
            );
            Assert.That(
                Gained("scheduler_bigquery_cost_per_1000_runs_USD"),
                Is.EqualTo(6250.0 / runs).Within(0.01).Percent
            );
        }

        double Gained(string metric) => after.Sum(metric) - before.Sum(metric);
    }
}
