using System.Text;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Api;

/// <summary>The API as it is put together for BigQuery.</summary>
internal sealed class BigQueryHostTests
{
    [Test]
    public async Task The_API_starts_on_BigQuery_and_answers()
    {
        await using var database = await BigQueryDatabase.CreateAsync();
        using var host = ApiHost.WithStoredKeys([
            ("Scheduler:Storage:Provider", "BigQuery"),
            .. database.Settings.Select(pair => (pair.Name.Replace("__", ":", StringComparison.Ordinal), pair.Value)),
        ]);

        var ready = await host.SendAsync("GET", "/health/ready");
        var onboarded = await host.OnboardAsync("acme");
        var profile = await host.CallAsync("GET", "acme", ApiHost.Customer(onboarded.ApiKey));
        var triggered = await host.SendAsync("POST", "/api/v1/scheduler/trigger", ApiHost.Admin(), Json("{}"));
        var leased = await host.SendAsync(
            "POST",
            "/api/v1/scheduler/process-queue",
            ApiHost.Worker(),
            Json("""{"execution":"lease","worker_id":"worker-1"}""")
        );

        Assert.That(await ready.Content.ReadAsStringAsync(), Is.EqualTo("""{"status":"ready"}"""));
        Assert.That((int)profile.StatusCode, Is.EqualTo(200));
        Assert.That((await triggered.ReadAsync<TriggerResponse>()).TriggeredCount, Is.Zero);
        await leased.ShouldBeProblemAsync(404, "QUEUE_EMPTY");
    }

    [Test]
    public async Task The_metrics_tell_what_the_store_has_cost()
    {
        await using var database = await BigQueryDatabase.CreateAsync();
        using var host = ApiHost.WithStoredKeys([
            ("Scheduler:Storage:Provider", "BigQuery"),
            .. database.Settings.Select(pair => (pair.Name.Replace("__", ":", StringComparison.Ordinal), pair.Value)),
        ]);
        await host.OnboardAsync("acme");

        var metrics = await MetricsText.ReadAsync(host);

        const string operation = "operation=\"customers.onboard\"";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.Sum("scheduler_bigquery_jobs_total", operation), Is.GreaterThanOrEqualTo(1));
            Assert.That(metrics.Sum("scheduler_bigquery_statements_total", operation), Is.GreaterThan(1));
            Assert.That(
                metrics.Sum("scheduler_bigquery_bytes_billed_bytes_total", operation),
                Is.GreaterThan(10 << 20)
            );
            Assert.That(metrics.Sum("scheduler_bigquery_cost_USD_total", operation), Is.GreaterThan(0));
        }
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
