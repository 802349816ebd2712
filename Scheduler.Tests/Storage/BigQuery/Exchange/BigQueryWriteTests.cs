using System.Text.Json.Nodes;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>What is sent for a script that writes: once, whatever is lost on the way.</summary>
internal sealed class BigQueryWriteTests : IDisposable
{
    private const string Done =
        """{"jobComplete":true,"schema":{"fields":[{"name":"released","type":"INTEGER"}]},"rows":[{"f":[{"v":"1"}]}]}""";

    private const string Whole =
        """{"status":{"state":"DONE"},"statistics":{"numChildJobs":"4","query":{"totalBytesBilled":"41943040"}}}""";

    private const string Started = """{"status":{"state":"RUNNING"}}""";

    private const string Running = """{"jobComplete":false}""";

    private readonly BigQueryServer server = new();

    public void Dispose() => server.Dispose();

    [Test]
    public async Task A_write_is_a_job_under_an_id_of_its_own_with_typed_parameters()
    {
        server.On("insert", Started).On("results", Done).On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));

        var job = server.Body(0);
        var query = job["configuration"]!["query"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.Lines, Is.EqualTo(new[] { "POST jobs", "GET queries", "GET jobs" }));
            Assert.That(JobId(0), Does.Match("^scheduler_duties_release_lease_[0-9a-f]{32}$"));
            Assert.That((string?)job["jobReference"]!["location"], Is.EqualTo("europe-west3"));
            Assert.That((string?)job["configuration"]!["labels"]!["operation"], Is.EqualTo("duties-release_lease"));
            Assert.That((bool?)query["useLegacySql"], Is.False);
            Assert.That((string?)query["defaultDataset"]!["datasetId"], Is.EqualTo("scheduler_eu"));
            Assert.That((string?)query["maximumBytesBilled"], Is.EqualTo("5368709120"));
            Assert.That(query["labels"], Is.Null, "labels belong to the job");
            Assert.That(
                query["queryParameters"]!.AsArray().Select(Line),
                Is.EquivalentTo(
                    new[]
                    {
                        "duty STRING {\"value\":\"sweep\"}",
                        "holder STRING {\"value\":\"api-1\"}",
                        "now TIMESTAMP {\"value\":\"2026-03-02 10:00:00.000000+00\"}",
                    }
                )
            );
            Assert.That(server.Calls[1].Path, Does.EndWith($"/queries/{JobId(0)}"));
        }
    }

    [Test]
    public async Task A_job_whose_answer_was_lost_is_sent_again_under_its_id_and_found_there()
    {
        server
            .On("insert", "upstream connect error", 503)
            .Fail("insert", 409, "duplicate")
            .On("results", Done)
            .On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));

        Assert.That(server.Lines, Is.EqualTo(new[] { "POST jobs", "POST jobs", "GET queries", "GET jobs" }));
        Assert.That(JobId(1), Is.EqualTo(JobId(0)));
        Assert.That(server.Calls[2].Path, Does.EndWith($"/queries/{JobId(0)}"));
    }

    [TestCase("Could not serialize access to table t due to concurrent update")]
    [TestCase("Transaction is aborted due to concurrent update against table t")]
    [TestCase("Too many DML statements outstanding against table t, limit is 20.")]
    public async Task A_job_that_lost_against_another_is_run_again_as_a_new_job(string message)
    {
        server.On("insert", Started).Fail("results", 400, "invalidQuery", message).On("results", Done).On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));

        var second = Enumerable.Range(0, server.Lines.Count).Last(call => server.Lines[call] == "POST jobs");
        Assert.That(JobId(second), Is.EqualTo($"{JobId(0)}_r1"));
    }

    [Test]
    public async Task A_script_that_ended_without_its_rows_has_failed_when_its_status_says_so()
    {
        const string Failed =
            """{"status":{"state":"DONE","errorResult":{"reason":"jobInternalError","message":"canary"}}}""";
        server
            .On("insert", Started)
            .On("results", """{"jobComplete":true}""")
            .On("results", """{"jobComplete":true}""")
            .On("results", Done)
            .On("get", Failed)
            .On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));
        Assert.That(server.Lines.Count(line => line == "POST jobs"), Is.EqualTo(2));
    }

    [Test]
    public void A_script_that_is_refused_is_not_run_again()
    {
        server.On("insert", Started).Fail("results", 400, "invalidQuery");

        Assert.That(async () => await ReleaseAsync(), Throws.TypeOf<BigQueryRefusedException>());
        Assert.That(server.Lines, Is.EqualTo(new[] { "POST jobs", "GET queries" }));
    }

    [Test]
    public void Contention_without_end_is_a_store_that_is_away()
    {
        server.On("insert", Started).Fail("results", 400, "invalidQuery", "Could not serialize access to table t");

        Assert.That(async () => await ReleaseAsync(), Throws.TypeOf<StorageUnavailableException>());
        Assert.That(server.Lines.Count(line => line == "POST jobs"), Is.EqualTo(8));
    }

    [Test]
    public async Task A_write_that_was_sent_is_waited_for_although_its_caller_left()
    {
        server.On("insert", Started).On("results", """{"jobComplete":false}""").On("results", Done).On("get", Whole);
        using var leaving = new CancellationTokenSource();
        var write = RunAsync(leaving.Token);

        await leaving.CancelAsync();

        Assert.That(await server.RunAsync(write), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task A_job_is_told_how_long_it_may_take_and_less_than_is_waited_for_it()
    {
        server.On("insert", Started).On("results", Done).On("get", Whole);

        await ReleaseAsync();

        Assert.That((string?)server.Body(0)["configuration"]!["jobTimeoutMs"], Is.EqualTo("540000"));
        Assert.That(BigQueryJobs.JobTimeout, Is.LessThan(BigQueryJobs.MostWait));
    }

    [Test]
    public void A_job_without_end_is_stopped_after_a_bounded_wait_and_is_a_store_that_is_away()
    {
        const string Stopped =
            """{"status":{"state":"DONE","errorResult":{"reason":"stopped","message":"canary"}},"statistics":{}}""";
        server.On("insert", Started).On("results", Running).On("cancel", "{}").On("get", Started).On("get", Stopped);
        var begun = server.Time.GetUtcNow();

        Assert.That(
            async () => await ReleaseAsync(),
            Throws
                .TypeOf<StorageUnavailableException>()
                .With.Message.Contains("stopped")
                .And.Message.Not.Contains("canary")
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.Time.GetUtcNow() - begun, Is.InRange(BigQueryJobs.MostWait, TimeSpan.FromMinutes(11)));
            Assert.That(server.Lines.Count(line => line == "POST jobs cancel"), Is.EqualTo(1));
            Assert.That(server.Lines.Count(line => line == "POST jobs"), Is.EqualTo(1), "no second job beside it");
            Assert.That(server.Lines.TakeLast(2), Is.All.EqualTo("GET jobs"), "it is looked at until it has ended");
        }
    }

    [Test]
    public async Task A_job_that_was_done_when_it_should_be_stopped_is_reported_as_done()
    {
        server.On("insert", Started);
        // As many looks as fit into the wait, and one more.
        for (var look = 0; look <= BigQueryJobs.MostWait.TotalSeconds; look++)
        {
            server.On("results", Running);
        }
        server.On("results", Done).On("cancel", "{}").On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));

        Assert.That(server.Lines, Has.Member("POST jobs cancel"));
        Assert.That(server.Engine.Meter.Uses.Single().Statements, Is.EqualTo(4));
    }

    [Test]
    public async Task When_looks_at_a_job_fail_its_end_is_learned_before_the_store_counts_as_away()
    {
        server.On("insert", Started);
        for (var look = 0; look < BigQueryJobs.MostTries; look++)
        {
            server.Fail("results", 503, "backendError");
        }
        server.On("results", Done).On("cancel", "{}").On("get", Whole);

        Assert.That(await ReleaseAsync(), Is.EqualTo(new[] { 1 }));
        Assert.That(server.Lines.Count(line => line == "POST jobs cancel"), Is.EqualTo(1));
    }

    [Test]
    public void A_job_that_does_not_even_stop_is_not_waited_for_without_end()
    {
        server.On("insert", Started).On("results", Running).On("cancel", "{}").On("get", Started);
        var begun = server.Time.GetUtcNow();

        Assert.That(async () => await ReleaseAsync(), Throws.TypeOf<StorageUnavailableException>());

        Assert.That(server.Time.GetUtcNow() - begun, Is.LessThan(TimeSpan.FromMinutes(12)));
    }

    [Test]
    public async Task A_script_counts_as_the_statements_that_BigQuery_ran_with_what_they_were_billed()
    {
        server.On("insert", Started).On("results", Done).On("get", Whole);

        await ReleaseAsync();

        Assert.That(
            server.Engine.Meter.Uses,
            Is.EqualTo(new[] { new BigQueryUse("duties.release_lease", 1, 4, 41_943_040) })
        );
    }

    private string JobId(int call) => (string)server.Body(call)["jobReference"]!["jobId"]!;

    private static string Line(JsonNode? parameter) =>
        $"{parameter!["name"]} {parameter["parameterType"]!["type"]} {parameter["parameterValue"]!.ToJsonString()}".Replace(
            "\\u002B",
            "+",
            StringComparison.Ordinal
        );

    private Task<IReadOnlyList<int>> ReleaseAsync() => server.RunAsync(RunAsync(default));

    private Task<IReadOnlyList<int>> RunAsync(CancellationToken cancellationToken) =>
        server.Engine.RunAsync(
            new("duties", "release_lease"),
            new SqlArguments()
                .With("duty", "sweep")
                .With("holder", "api-1")
                .With("now", Instant.FromUtc(2026, 3, 2, 10, 0)),
            row => row.Int32("released"),
            cancellationToken
        );
}
