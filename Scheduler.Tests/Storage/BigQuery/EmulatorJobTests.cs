using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>Jobs, their ids, their pages and their errors, as the API shows them.</summary>
internal sealed class EmulatorJobTests
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private EmulatorCalls calls = null!;

    [SetUp]
    public async Task Start()
    {
        calls = await EmulatorCalls.StartAsync(time);
        await calls.RunAsync("create table t (n int64)");
    }

    [TearDown]
    public async Task Stop()
    {
        // Null where the set-up was left: there is no emulator.
        if (calls is not null)
        {
            await calls.DisposeAsync();
        }
    }

    [Test]
    public async Task A_long_result_comes_in_pages()
    {
        calls.Emulator.PageRows = 2;
        var (_, page) = await calls.QueryAsync("select n from unnest(generate_array(1, 5)) n order by n");
        var jobId = (string)page["jobReference"]!["jobId"]!;
        var found = EmulatorCalls.Rows(page).ToList();
        var pages = 1;
        while ((string?)page["pageToken"] is { } token)
        {
            (_, page) = await calls.GetAsync($"queries/{jobId}?pageToken={token}");
            found.AddRange(EmulatorCalls.Rows(page));
            pages++;
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Select(row => row[0]), Is.EqualTo(["1", "2", "3", "4", "5"]));
            Assert.That(pages, Is.EqualTo(3));
            Assert.That((string)page["totalRows"]!, Is.EqualTo("5"));
        }
    }

    [Test]
    public async Task Exact_times_are_asked_for_anew_with_every_page()
    {
        var (_, first) = await calls.QueryAsync("select timestamp '2026-01-01 00:00:00.000001+00' as moment");
        var jobId = (string)first["jobReference"]!["jobId"]!;

        var (_, exact) = await calls.GetAsync($"queries/{jobId}?formatOptions.useInt64Timestamp=true");
        var (_, forgotten) = await calls.GetAsync($"queries/{jobId}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(EmulatorCalls.Rows(exact), Is.EqualTo(EmulatorCalls.Rows(first)));
            Assert.That(EmulatorCalls.Rows(forgotten)[0][0], Does.Contain("E+009"));
        }
    }

    [Test]
    public async Task A_request_id_executes_once_for_a_quarter_of_an_hour()
    {
        const string Insert = "insert into t (n) values (1)";
        await calls.QueryAsync(Insert, requestId: "r1");
        time.Advance(TimeSpan.FromMinutes(15));
        await calls.QueryAsync(Insert, requestId: "r1");
        Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(1));

        time.Advance(TimeSpan.FromTicks(1));
        await calls.QueryAsync(Insert, requestId: "r1");

        Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_job_id_is_taken_for_good()
    {
        var (first, _) = await calls.InsertAsync("j1", "insert into t (n) values (1)");
        time.Advance(TimeSpan.FromDays(1));
        var (second, refused) = await calls.InsertAsync("j1", "insert into t (n) values (1)");
        await calls.GetAsync("queries/j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo(200));
            Assert.That(second, Is.EqualTo(409));
            Assert.That(EmulatorCalls.ErrorOf(refused).Reason, Is.EqualTo("duplicate"));
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task The_same_job_sent_many_times_at_once_runs_once()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => calls.InsertAsync("j1", "insert into t (n) values (1)"))
        );
        await calls.GetAsync("queries/j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(1));
            Assert.That(answers.Select(answer => answer.Status).Distinct(), Is.EquivalentTo([200, 409]));
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_result_that_is_not_ready_says_so_and_has_no_rows()
    {
        calls.Emulator.Fail("query", EmulatorFault.NotReady);

        var (status, early) = await calls.QueryAsync("select 1 as n");
        var (_, late) = await calls.GetAsync($"queries/{(string)early["jobReference"]!["jobId"]!}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200));
            Assert.That((bool)early["jobComplete"]!, Is.False);
            Assert.That(early.ContainsKey("rows"), Is.False);
            Assert.That((bool)late["jobComplete"]!, Is.True);
            Assert.That(EmulatorCalls.Rows(late), Is.EqualTo(EmulatorCalls.Table(["1"])));
        }
    }

    [Test]
    public async Task A_job_that_failed_tells_why_through_every_call()
    {
        await calls.InsertAsync("j1", "select nope from t");

        var (status, results) = await calls.GetAsync("queries/j1");
        var (_, job) = await calls.GetAsync("jobs/j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(400));
            Assert.That(EmulatorCalls.ErrorOf(results).Reason, Is.EqualTo("invalidQuery"));
            Assert.That(EmulatorCalls.ErrorOf(results).Message, Does.Contain("Unrecognized name: nope"));
            Assert.That((string)job["status"]!["errorResult"]!["reason"]!, Is.EqualTo("invalidQuery"));
        }
    }

    [TestCase("jobs/none", "Job none")]
    [TestCase("queries/none", "Job none")]
    [TestCase("datasets/none", "Dataset none")]
    [TestCase("datasets/lab/tables/none", "Table lab.none")]
    public async Task What_is_not_there_is_not_found(string path, string what)
    {
        var (status, body) = await calls.GetAsync(path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(404));
            Assert.That((int)body["error"]!["code"]!, Is.EqualTo(404));
            Assert.That(EmulatorCalls.ErrorOf(body), Is.EqualTo(("notFound", $"Not found: {what}")));
        }
    }

    [Test]
    public async Task A_dataset_is_made_once_and_taken_away_once()
    {
        var (made, _) = await calls.CreateDatasetAsync("other");
        var (again, refused) = await calls.CreateDatasetAsync("other");
        var (there, _) = await calls.GetAsync("datasets/other");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made, Is.EqualTo(200));
            Assert.That(again, Is.EqualTo(409));
            Assert.That(EmulatorCalls.ErrorOf(refused).Reason, Is.EqualTo("duplicate"));
            Assert.That(there, Is.EqualTo(200));
            Assert.That(await calls.DeleteAsync("datasets/other"), Is.EqualTo(200));
            Assert.That(await calls.DeleteAsync("datasets/other"), Is.EqualTo(404));
        }
    }

    [Test]
    public async Task A_script_is_billed_by_its_statements_and_their_tables()
    {
        const string Floor = "10485760";
        await calls.InsertAsync(
            "j1",
            """
            declare op_n int64 default 2;
            begin transaction;
            insert into t (n) values (op_n);
            update t set n = op_n + 1 where n = op_n;
            commit transaction;
            select op_n
            """
        );

        var (_, job) = await calls.GetAsync("jobs/j1");
        var (_, parts) = await calls.GetAsync("jobs?parentJobId=j1");

        var kinds = parts["jobs"]!.AsArray().Select(part => (string)part!["statistics"]!["query"]!["statementType"]!);
        var bytes = parts["jobs"]!.AsArray().Select(part => part!["statistics"]!["query"]!["totalBytesBilled"]!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)job["statistics"]!["query"]!["statementType"]!, Is.EqualTo("SCRIPT"));
            Assert.That((string)job["statistics"]!["numChildJobs"]!, Is.EqualTo("2"));
            Assert.That((string)job["statistics"]!["query"]!["totalBytesBilled"]!, Is.EqualTo("20971520"));
            Assert.That(kinds, Is.EqualTo(["INSERT", "UPDATE"]));
            Assert.That(bytes.Select(part => (string)part!), Is.All.EqualTo(Floor));
        }
    }

    [Test]
    public async Task A_change_of_its_own_tells_how_many_rows_it_touched()
    {
        var (_, inserted) = await calls.QueryAsync("insert into t (n) select n from unnest([1, 2, 3]) n");
        var (_, updated) = await calls.QueryAsync("update t set n = n + 1 where n > 1");
        var (_, deleted) = await calls.QueryAsync("delete from t where n = 99");

        Assert.That(
            new[] { inserted, updated, deleted }.Select(answer => (string)answer["numDmlAffectedRows"]!),
            Is.EqualTo(["3", "2", "0"])
        );
    }

    [Test]
    public async Task Legacy_SQL_which_is_the_default_is_refused()
    {
        var request = new JsonObject
        {
            ["query"] = "select 1",
            ["defaultDataset"] = new JsonObject { ["datasetId"] = EmulatorCalls.DatasetName },
        };

        var (status, body) = await calls.PostAsync("queries", request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(400));
            Assert.That(EmulatorCalls.ErrorOf(body).Reason, Is.EqualTo("invalidQuery"));
        }
    }
}
