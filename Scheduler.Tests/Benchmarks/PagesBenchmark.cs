using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Dashboard;
using Scheduler.Core.Storage;

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
internal sealed partial class PagesBenchmark
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
        Assert.That(
            await store.NumbersAsync("select count(*) from scheduled_pipeline_runs"),
            Is.EqualTo([BenchmarkSettings.PageRuns + Customers / 20 + Customers / 2])
        );
        await using var installation = await Installation.StartAsync(store);
        using var browser = await SignInAsync(installation);

        var middle = Customers / 2;
        var customer = Seed.Customer(middle);
        var pipeline = DashboardPaths.Pipeline(customer, Seed.Config(middle));
        // With how many rows of lists each page has at least.
        (string Name, string Path, int Rows)[] pages =
        [
            ("overview", "/dashboard", 0),
            ("customers", "/dashboard/customers", 50),
            ("customers found", "/dashboard/customers?search=nothing_like_that", 0),
            ("customer", DashboardPaths.Customer(customer), 10),
            ("customer runs", DashboardPaths.Runs(customer), 10),
            ("pipelines", "/dashboard/pipelines", 50),
            ("pipelines by next time", "/dashboard/pipelines?sort=next", 50),
            ("pipelines found", $"/dashboard/pipelines?search={customer}", 10),
            ("pipelines failing", "/dashboard/pipelines?state=failing", 0),
            ("pipeline", pipeline, 10),
            ("runs failed", "/dashboard/runs", 50),
            ("runs running", "/dashboard/runs?show=running", 50),
            ("runs waiting", "/dashboard/runs?show=waiting", 50),
            ("runs ended", "/dashboard/runs?show=ended", 50),
            ("runs ended, oldest first", "/dashboard/runs?show=ended&sort=moment", 50),
            ("run", DashboardPaths.Run(customer, Seed.Run(middle)), 0),
            ("queue", "/dashboard/queue", 20),
            ("forecast", "/dashboard/forecast", 0),
            ("alerts", "/dashboard/alerts", 50),
            ("deliveries", "/dashboard/deliveries", 50),
            ("templates", "/dashboard/templates", 0),
            ("audit", "/dashboard/audit", 0),
            ("confirm run now", $"{pipeline}/run-now", 0),
        ];
        var worst = 0.0;
        foreach (var (name, path, rows) in pages)
        {
            worst = Math.Max(worst, await MeasureAsync(browser, name, path, rows));
        }
        Figures.Add("page-p95 worst", worst, "ms", Conditions);
        var clock = new OperationClock(store.Engine);
        var status = new StatusStore(store.Engine, clock);
        var overview = new OverviewStore(store.Engine, clock);
        await MeasureAsync("figures of the system", () => status.GetAsync(default));
        await MeasureAsync("hours of the day", () => overview.HoursAsync(default));
    }

    /// <summary>What is read behind the pages, once in three seconds while anybody looks; who looks first after a while waits for it.</summary>
    private static async Task MeasureAsync(string name, Func<Task> read)
    {
        var times = new List<double>();
        for (var round = 0; round < BenchmarkSettings.PageRounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await read();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        Figures.Add($"read-p50 {name}", Figures.Percentile(times, 0.5), "ms", Conditions);
        Figures.Add($"read-p95 {name}", Figures.Percentile(times, 0.95), "ms", Conditions);
    }

    private static async Task<double> MeasureAsync(HttpClient browser, string name, string path, int rows)
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
            Assert.That(Row().Count(html), Is.GreaterThanOrEqualTo(rows), path);
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

    [GeneratedRegex("<tr id=")]
    private static partial Regex Row();

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
