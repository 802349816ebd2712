using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NodaTime;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// Run by hand, see docs/performance.md. Schedules registered over HTTP that are all due at one instant, with the API ticking and
/// workers polling: from that instant until the last one has run.
/// </summary>
[TestFixture]
[Explicit("a measurement, not a test")]
[Category("Benchmark")]
[Category("due")]
[NonParallelizable]
internal sealed class DueBenchmark
{
    [Test]
    public async Task Schedules_due_at_one_instant()
    {
        var (crons, customers) = (BenchmarkSettings.Crons, BenchmarkSettings.Customers);
        var conditions = $"{BenchmarkSettings.Conditions}, API ticking every second";
        await using var store = await BenchmarkStore.CreateAsync();
        await Seed.CustomersAsync(store, customers);
        await using var installation = await Installation.StartAsync(
            store,
            ("Scheduler__Tick", "true"),
            ("Scheduler__TickSeconds", "1")
        );

        // Far enough away for the registration to end before it.
        var room = Duration.FromSeconds(15 + crons / 500.0);
        var due = Instant.FromUnixTimeSeconds((Installation.Now + room).ToUnixTimeSeconds() / 60 * 60 + 60);
        var began = Stopwatch.GetTimestamp();
        await RegisterAsync(installation.Http, crons, customers, due);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Figures.Add("cron-register", crons / took, "schedules/s", "one import over HTTP");
        Assert.That(Installation.Now, Is.LessThan(due), "registered in time");
        await Seed.SettleAsync(store);
        installation.StartWorkers();
        Figures.Say($"due in {(due - Installation.Now).TotalSeconds:0} s");

        await Task.Delay((due - Installation.Now).ToTimeSpan(), TimeProvider.System);
        await UntilQueuedAsync(store, crons, due);
        await installation.DrainedAsync(TimeSpan.FromMinutes(5));

        var row = await store.NumbersAsync(
            $"""
            select count(*), {store.Seconds("max(q.created_at)")}, {store.Seconds("max(q.picked_up_at)")},
              {store.Seconds("max(q.completed_at)")}
            from pipeline_execution_queue q
            where q.state = 'COMPLETED' and q.scheduled_time = {store.At(due)}
            """
        );
        var instant = due.ToUnixTimeTicks() / 1e7;
        Assert.That(row[0], Is.EqualTo(crons), "no run failed");
        Figures.Add("cron-fired", row[0], "schedules", conditions);
        // The handler's start lies between the claim and the end: the end is never too good.
        Figures.Add("cron-all-fired", row[3] - instant, "s", conditions);
        Figures.Add("cron-rate", row[0] / (row[3] - instant), "schedules/s", conditions);
        Figures.Say(
            $"the last was planned {row[1] - instant:0.00} s, claimed {row[2] - instant:0.00} s, ended {row[3] - instant:0.00} s after its instant"
        );
    }

    private static async Task RegisterAsync(HttpClient http, int crons, int customers, Instant due)
    {
        var at = due.InUtc();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler/import")
        {
            Content = new ByteArrayContent(
                Encoding.UTF8.GetBytes(
                    string.Concat(Enumerable.Range(0, crons).Select(nth => Line(nth, customers, at.Hour, at.Minute)))
                )
            ),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await http.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            lines.Count(line => line.Contains("\"created\"", StringComparison.Ordinal)),
            Is.EqualTo(crons),
            lines.FirstOrDefault()
        );
    }

    private static string Line(int nth, int customers, int hour, int minute) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"customer_id":"{{Seed.Customer(nth % customers)}}","provider":"SYSTEM","domain":"TEST","pipeline_template":"probe","pipeline_name":"p{{nth / customers}}","schedule_cron":"{{minute}} {{hour}} * * *"}"""
        ) + "\n";

    private static async Task UntilQueuedAsync(BenchmarkStore store, int crons, Instant due)
    {
        var began = Stopwatch.GetTimestamp();
        var query = $"select count(*) from scheduled_pipeline_runs where scheduled_time = {store.At(due)}";
        while ((await store.NumbersAsync(query))[0] < crons)
        {
            Assert.That(Stopwatch.GetElapsedTime(began).TotalMinutes, Is.LessThan(5), "all planned");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
