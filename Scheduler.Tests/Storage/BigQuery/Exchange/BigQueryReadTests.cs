using System.Globalization;
using NodaTime.Text;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>What is sent for a script that reads, and what each answer leads to.</summary>
internal sealed class BigQueryReadTests : IDisposable
{
    private const string Schema = """ "schema":{"fields":[{"name":"now","type":"TIMESTAMP"}]} """;
    private const string Ready = $$"""{"jobComplete":true,{{Schema}},"rows":[{"f":[{"v":"1790244000123457"}]}]}""";
    private const string Reference =
        """ "jobReference":{"projectId":"acme-billing-1","jobId":"job_1","location":"X"} """;

    private readonly BigQueryServer server = new();

    public void Dispose() => server.Dispose();

    [Test]
    public async Task A_read_is_one_query_that_says_everything_BigQuery_would_otherwise_assume()
    {
        server.On("query", Ready);

        await NowAsync();

        var body = server.Body(0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.Lines, Is.EqualTo(new[] { "POST queries" }));
            Assert.That((string?)body["query"], Is.EqualTo("select current_timestamp() as now;"));
            Assert.That((bool?)body["useLegacySql"], Is.False);
            Assert.That((string?)body["parameterMode"], Is.EqualTo("NAMED"));
            Assert.That((string?)body["location"], Is.EqualTo("europe-west3"));
            Assert.That((string?)body["defaultDataset"]!["datasetId"], Is.EqualTo("scheduler_eu"));
            Assert.That((string?)body["defaultDataset"]!["projectId"], Is.EqualTo("acme-billing-1"));
            Assert.That((string?)body["maximumBytesBilled"], Is.EqualTo("5368709120"), "64-bit numbers are text");
            Assert.That((int?)body["timeoutMs"], Is.Positive);
            Assert.That((bool?)body["formatOptions"]!["useInt64Timestamp"], Is.True);
            Assert.That((string?)body["requestId"], Has.Length.LessThanOrEqualTo(36));
            Assert.That((string?)body["labels"]!["component"], Is.EqualTo("scheduler"));
            Assert.That((string?)body["labels"]!["operation"], Is.EqualTo("clock-now"));
        }
    }

    [Test]
    public async Task Instants_arrive_to_the_microsecond()
    {
        server.On("query", Ready);

        Assert.That(await NowAsync(), Is.EqualTo(new[] { "2026-09-24T10:00:00.123457Z" }));
    }

    [Test]
    public async Task A_result_that_is_not_ready_is_asked_for_until_it_is()
    {
        server
            .On("query", $$"""{"jobComplete":false,{{Reference}}}""")
            .On("results", """{"jobComplete":false}""")
            .On("results", Ready);

        var rows = await NowAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Count.EqualTo(1));
            Assert.That(server.Lines, Is.EqualTo(new[] { "POST queries", "GET queries", "GET queries" }));
            Assert.That(server.Calls[1].Path, Does.EndWith("/queries/job_1"));
            Assert.That(server.Parameter(1, "location"), Is.EqualTo("europe-west3"));
            Assert.That(server.Parameter(2, "formatOptions.useInt64Timestamp"), Is.EqualTo("true"));
        }
    }

    [Test]
    public async Task Pages_are_read_to_the_end_each_with_exact_instants()
    {
        const string First =
            $$"""{"jobComplete":true,{{Schema}},{{Reference}},"pageToken":"two","rows":[{"f":[{"v":"1"}]}]}""";
        const string Second = $$"""{"jobComplete":true,{{Schema}},"pageToken":"three","rows":[{"f":[{"v":"2"}]}]}""";
        const string Third = $$"""{"jobComplete":true,{{Schema}},"rows":[{"f":[{"v":"3"}]}]}""";
        server.On("query", First).On("results", Second).On("results", Third);

        var rows = await NowAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(text => text[^7..]), Is.EqualTo(new[] { "000001Z", "000002Z", "000003Z" }));
            Assert.That(server.Parameter(1, "pageToken"), Is.EqualTo("two"));
            Assert.That(server.Parameter(2, "pageToken"), Is.EqualTo("three"));
            Assert.That(
                new[] { 1, 2 }.Select(call => server.Parameter(call, "formatOptions.useInt64Timestamp")),
                Is.All.EqualTo("true")
            );
        }
    }

    [Test]
    public async Task A_repeated_request_that_is_answered_without_rows_is_read_at_its_job()
    {
        server.On("query", $$"""{"jobComplete":true,{{Reference}}}""").On("results", Ready);

        Assert.That(await NowAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_request_without_an_answer_is_sent_again_as_the_same_request()
    {
        server.On("query", "<html>502</html>", 502).Fail("query", 403, "rateLimitExceeded").On("query", Ready);

        await NowAsync();

        Assert.That(server.Lines, Has.Count.EqualTo(3));
        Assert.That(Enumerable.Range(0, 3).Select(RequestId).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_job_that_failed_inside_is_asked_for_as_another_request()
    {
        server.Fail("query", 400, "jobBackendError").On("query", Ready);

        await NowAsync();

        Assert.That(RequestId(0), Is.Not.EqualTo(RequestId(1)));
    }

    [Test]
    public void A_result_without_columns_is_not_taken_for_an_empty_one()
    {
        server
            .On("query", $$"""{"jobComplete":true,{{Reference}}}""")
            .On("results", """{"jobComplete":true}""")
            .On("get", """{"status":{"state":"DONE","errorResult":{"reason":"stopped","message":"canary"}}}""");

        Assert.That(
            async () => await NowAsync(),
            Throws.TypeOf<StorageUnavailableException>().With.Message.Contains("stopped")
        );
    }

    [Test]
    public void A_read_without_end_is_stopped_too()
    {
        server
            .On("query", $$"""{"jobComplete":false,{{Reference}}}""")
            .On("results", """{"jobComplete":false}""")
            .On("cancel", "{}")
            .On("get", """{"status":{"state":"DONE","errorResult":{"reason":"stopped"}}}""");

        Assert.That(async () => await NowAsync(), Throws.TypeOf<StorageUnavailableException>());
        Assert.That((string?)server.Body(0)["jobTimeoutMs"], Is.EqualTo("540000"));
        Assert.That(server.Lines.TakeLast(2), Is.EqualTo(new[] { "POST jobs cancel", "GET jobs" }));
    }

    [Test]
    public void After_a_bound_of_tries_the_store_is_away()
    {
        server.Fail("query", 503, "backendError");

        Assert.That(
            async () => await NowAsync(),
            Throws
                .TypeOf<StorageUnavailableException>()
                .With.Message.Contains("backendError")
                .And.Message.Not.Contains("canary")
        );
        Assert.That(server.Lines, Has.Count.EqualTo(8));
    }

    [TestCase(403, "accessDenied")]
    [TestCase(403, "quotaExceeded")]
    [TestCase(404, "notFound")]
    public void What_an_operator_must_mend_is_not_asked_again(int status, string reason)
    {
        server.Fail("query", status, reason);

        Assert.That(
            async () => await NowAsync(),
            Throws
                .TypeOf<StorageUnavailableException>()
                .With.Message.Contains(reason)
                .And.Message.Not.Contains("canary")
        );
        Assert.That(server.Lines, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_query_that_is_refused_is_a_fault_of_the_program_whose_words_are_not_quoted()
    {
        server.Fail("query", 400, "invalidQuery");

        Assert.That(
            async () => await NowAsync(),
            Throws
                .TypeOf<BigQueryRefusedException>()
                .With.Message.Contains("clock.now")
                .And.Message.Not.Contains("canary")
        );
        Assert.That(server.Lines, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_caller_that_leaves_ends_the_tries_of_a_read()
    {
        server.Fail("query", 503, "backendError");
        using var leaving = new CancellationTokenSource();
        var read = server.Engine.RunAsync(new("clock", "now"), new SqlArguments(), row => row.At("now"), leaving.Token);

        await leaving.CancelAsync();

        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_read_counts_as_one_statement_with_what_it_was_billed()
    {
        server.On(
            "query",
            Ready.Replace(
                "{\"jobComplete\":true",
                "{\"jobComplete\":true,\"totalBytesBilled\":\"20971520\"",
                StringComparison.Ordinal
            )
        );

        await NowAsync();
        await NowAsync();

        Assert.That(server.Engine.Meter.Uses, Is.EqualTo(new[] { new BigQueryUse("clock.now", 2, 2, 2 * 20_971_520) }));
        Assert.That(
            server.Engine.Meter.Uses[0].Usd.ToString("F6", CultureInfo.InvariantCulture),
            Is.EqualTo("0.000238"),
            "6.25 dollars for a TiB"
        );
    }

    private string RequestId(int call) => (string)server.Body(call)["requestId"]!;

    private Task<IReadOnlyList<string>> NowAsync() =>
        server.RunAsync(
            server.Engine.RunAsync(
                new("clock", "now"),
                new SqlArguments(),
                row => InstantPattern.ExtendedIso.Format(row.At("now")),
                default
            )
        );
}
