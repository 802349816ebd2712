using System.Diagnostics;
using System.Globalization;
using System.Net;
using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Dashboard;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. How long the server takes for each page of the dashboard, over many customers and a long
/// history: from the request to the whole answer, on loopback, one browser at a time.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("pages")]
[NonParallelizable]
internal sealed class PagesBenchmark
{
    private const int Each = 10;
    private const int WarmUp = 3;

    private static int Customers => BenchmarkSettings.PageCustomers;

    [Test]
    public async Task Every_page()
    {
        await using var store = await BenchmarkStore.CreateAsync();
        var now = Installation.Now;
        await Seed.CustomersAsync(store, Customers);
        await Seed.PipelinesAsync(store, Customers, Each, now + Duration.FromHours(5));
        Figures.Say($"{BenchmarkSettings.PageRuns} runs are written");
        await Seed.RunsAsync(store, Customers * Each, BenchmarkSettings.PageRuns);
        await Seed.OpenAsync(store, Customers * Each, running: Customers / 20, waiting: Customers / 2);
        await Seed.SettleAsync(store);
        await using var installation = await Installation.StartAsync(store);
        using var browser = await SignInAsync(installation);

        var middle = Customers / 2;
        var customer = Seed.Customer(middle);
        var pipeline = DashboardPaths.Pipeline(customer, Seed.Config(middle));
        (string Name, string Path)[] pages =
        [
            ("overview", "/dashboard"),
            ("customers", "/dashboard/customers"),
            ("customers found", "/dashboard/customers?search=nothing_like_that"),
            ("customer", DashboardPaths.Customer(customer)),
            ("customer runs", DashboardPaths.Runs(customer)),
            ("pipelines", "/dashboard/pipelines"),
            ("pipelines by next time", "/dashboard/pipelines?sort=next"),
            ("pipelines found", $"/dashboard/pipelines?search={customer}"),
            ("pipelines failing", "/dashboard/pipelines?state=failing"),
            ("pipeline", pipeline),
            ("runs failed", "/dashboard/runs"),
            ("runs running", "/dashboard/runs?show=running"),
            ("runs waiting", "/dashboard/runs?show=waiting"),
            ("runs ended", "/dashboard/runs?show=ended"),
            ("runs ended, oldest first", "/dashboard/runs?show=ended&sort=moment"),
            ("run", DashboardPaths.Run(customer, Seed.Run(middle))),
            ("queue", "/dashboard/queue"),
            ("forecast", "/dashboard/forecast"),
            ("alerts", "/dashboard/alerts"),
            ("deliveries", "/dashboard/deliveries"),
            ("templates", "/dashboard/templates"),
            ("audit", "/dashboard/audit"),
            ("confirm run now", $"{pipeline}/run-now"),
        ];
        var worst = 0.0;
        foreach (var (name, path) in pages)
        {
            worst = Math.Max(worst, await MeasureAsync(browser, name, path));
        }
        Figures.Add("page-p95 worst", worst, "ms", Conditions);
    }

    private static async Task<double> MeasureAsync(HttpClient browser, string name, string path)
    {
        var times = new List<double>();
        for (var round = 0; round < WarmUp + BenchmarkSettings.PageRounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await browser.GetAsync(path);
            var html = await answer.Content.ReadAsStringAsync();
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
            Assert.That(html, Does.EndWith("</html>"), path);
            if (round < WarmUp)
            {
                Figures.Say($"{name}, look {round + 1}: {took:0} ms");
            }
            else
            {
                times.Add(took);
            }
        }
        Figures.Add($"page-p50 {name}", Figures.Percentile(times, 0.5), "ms", Conditions);
        var p95 = Figures.Percentile(times, 0.95);
        Figures.Add($"page-p95 {name}", p95, "ms", Conditions);
        return p95;
    }

    private static string Conditions =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {BenchmarkSettings.Engine}, {Customers} customers, {Customers * Each} pipelines, {BenchmarkSettings.PageRuns} runs"
        );

    private static async Task<HttpClient> SignInAsync(Installation installation)
    {
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() })
        {
            BaseAddress = installation.Api.Address,
        };
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("key", Installation.AdminKey)]);
        using var answer = await browser.PostAsync("/dashboard/sign-in", form);
        answer.EnsureSuccessStatusCode();
        return browser;
    }
}
