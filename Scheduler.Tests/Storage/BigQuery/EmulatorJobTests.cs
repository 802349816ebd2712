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
            Assert.That(await calls.DeleteAsync("datasets/other"), Is.EqualTo(204));
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

        await calls.GetAsync("queries/j1");
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

    [Test]
    public async Task A_running_job_says_so_and_a_result_is_waited_for_as_long_as_asked()
    {
        var hold = Hold();
        await calls.InsertAsync("j1", Change);

        var (_, job) = await calls.GetAsync("jobs/j1");
        var (status, early) = await calls.GetAsync("queries/j1?timeoutMs=20");
        hold.SetResult();
        var (_, late) = await calls.GetAsync("queries/j1");
        var (_, done) = await calls.GetAsync("jobs/j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(State(job), Is.EqualTo("RUNNING"));
            Assert.That((status, (bool)early["jobComplete"]!), Is.EqualTo((200, false)));
            Assert.That((bool)late["jobComplete"]!, Is.True);
            Assert.That(State(done), Is.EqualTo("DONE"));
        }
    }

    [Test]
    public async Task A_running_job_that_is_cancelled_stops_and_its_transaction_is_undone()
    {
        var hold = Hold();
        await calls.InsertAsync("j1", Change);
        await Reached;

        var (status, cancel) = await calls.CancelAsync("j1");
        var (resultStatus, result) = await calls.GetAsync("queries/j1");
        hold.SetResult();
        var (_, job) = await calls.GetAsync("jobs/j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200));
            Assert.That((string)cancel["job"]!["jobReference"]!["jobId"]!, Is.EqualTo("j1"));
            Assert.That(State(job), Is.EqualTo("DONE"));
            Assert.That((string)job["status"]!["errorResult"]!["reason"]!, Is.EqualTo("stopped"));
            Assert.That(
                (string)job["status"]!["errorResult"]!["message"]!,
                Does.Contain("User requested cancellation")
            );
            Assert.That(resultStatus, Is.EqualTo(200));
            Assert.That(result.ContainsKey("schema"), Is.False);
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.Zero);
        }
    }

    [Test]
    public async Task A_job_that_has_ended_is_not_changed_by_a_cancel_which_tells_its_state()
    {
        await calls.InsertAsync("j1", Change);
        await calls.GetAsync("queries/j1");

        var (status, cancel) = await calls.CancelAsync("j1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(200));
            Assert.That(State(cancel["job"]!), Is.EqualTo("DONE"));
            Assert.That(cancel["job"]!["status"]!["errorResult"], Is.Null);
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(1));
            Assert.That((await calls.CancelAsync("none")).Status, Is.EqualTo(404));
        }
    }

    [Test]
    public async Task A_change_that_waits_for_its_turn_is_stopped_there_and_gives_it_up()
    {
        await calls.RunAsync("insert into t (n) values (1)");
        var hold = Hold();
        foreach (var nth in Enumerable.Range(0, 22))
        {
            await calls.InsertAsync($"j{nth}", "update t set n = n + 1 where n > 0");
        }
        await Reached;

        foreach (var nth in Enumerable.Range(2, 20))
        {
            await calls.CancelAsync($"j{nth}");
            await calls.GetAsync($"queries/j{nth}");
        }
        hold.SetResult();

        var (status, _) = await calls.QueryAsync("update t set n = n + 1 where n > 0");
        Assert.That(status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_job_that_takes_longer_than_it_may_is_stopped()
    {
        var hold = Hold();
        await calls.InsertAsync("j1", Change, timeoutMs: "60000");
        await Reached;
        time.Advance(TimeSpan.FromSeconds(59));
        var (_, before) = await calls.GetAsync("jobs/j1");

        time.Advance(TimeSpan.FromSeconds(1));
        await calls.GetAsync("queries/j1");
        var (_, after) = await calls.GetAsync("jobs/j1");
        hold.SetResult();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(State(before), Is.EqualTo("RUNNING"));
            Assert.That((string)after["status"]!["errorResult"]!["reason"]!, Is.EqualTo("stopped"));
            Assert.That((string)after["status"]!["errorResult"]!["message"]!, Does.Contain("timed out after 60s"));
        }
    }

    [Test]
    public async Task A_repeated_request_may_be_answered_without_rows_which_are_at_its_job()
    {
        await calls.QueryAsync("select 1 as n", requestId: "r1");

        var (_, again) = await calls.QueryAsync("select 1 as n", requestId: "r1");
        var (_, results) = await calls.GetAsync($"queries/{(string)again["jobReference"]!["jobId"]!}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((bool)again["jobComplete"]!, Is.True);
            Assert.That(again.ContainsKey("schema") || again.ContainsKey("rows"), Is.False);
            Assert.That(EmulatorCalls.Rows(results), Is.EqualTo(EmulatorCalls.Table(["1"])));
        }
    }

    [Test]
    public async Task A_request_id_with_another_text_is_another_request()
    {
        await calls.QueryAsync("insert into t (n) values (1)", requestId: "r1");
        await calls.QueryAsync("insert into t (n) values (2)", requestId: "r1");

        Assert.That(await calls.NumberAsync("select sum(n) from t"), Is.EqualTo(3));
    }

    [Test]
    public async Task Jobs_are_listed_the_last_one_first_in_pages_and_a_part_of_a_script_is_found()
    {
        await calls.InsertAsync("j1", Change);
        await calls.GetAsync("queries/j1");
        await calls.InsertAsync("j2", "select count(*) from t");
        await calls.GetAsync("queries/j2");

        var (_, first) = await calls.GetAsync("jobs?maxResults=1");
        var (_, second) = await calls.GetAsync($"jobs?maxResults=1&pageToken={(string)first["nextPageToken"]!}");
        var (_, part) = await calls.GetAsync("jobs/j1_0");

        string Only(JsonObject page) => (string)page["jobs"]!.AsArray().Single()!["jobReference"]!["jobId"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Only(first), Only(second)), Is.EqualTo(("j2", "j1")));
            Assert.That((string)part["statistics"]!["parentJobId"]!, Is.EqualTo("j1"));
            Assert.That((string)part["statistics"]!["query"]!["statementType"]!, Is.EqualTo("INSERT"));
            Assert.That((await calls.GetAsync("jobs/j1_7")).Status, Is.EqualTo(404));
        }
    }

    [Test]
    public async Task A_job_outside_the_large_regions_is_found_only_by_its_location()
    {
        await calls.CreateDatasetAsync("far", "europe-west3");
        var request = new JsonObject
        {
            ["query"] = "select 1",
            ["useLegacySql"] = false,
            ["defaultDataset"] = new JsonObject { ["datasetId"] = "far" },
        };
        var (_, body) = await calls.PostAsync("queries", request);
        var jobId = (string)body["jobReference"]!["jobId"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string)body["jobReference"]!["location"]!, Is.EqualTo("europe-west3"));
            Assert.That((await calls.GetAsync($"queries/{jobId}")).Status, Is.EqualTo(404));
            Assert.That((await calls.GetAsync($"jobs/{jobId}?location=US")).Status, Is.EqualTo(404));
            Assert.That((await calls.GetAsync($"queries/{jobId}?location=europe-west3")).Status, Is.EqualTo(200));
        }
    }

    [Test]
    public async Task A_statement_over_the_bytes_that_may_be_billed_fails_unbilled()
    {
        const long Floor = 10L << 20;
        await calls.RunAsync("create table u (s string)");
        var (two, refused) = await calls.QueryWithAsync(
            "select count(*) from t, u",
            "maximumBytesBilled",
            $"{2 * Floor - 1}"
        );
        var (enough, _) = await calls.QueryWithAsync("select count(*) from t, u", "maximumBytesBilled", $"{2 * Floor}");
        var (small, tooSmall) = await calls.QueryWithAsync("select 1", "maximumBytesBilled", $"{Floor - 1}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((two, EmulatorCalls.ErrorOf(refused).Reason), Is.EqualTo((400, "bytesBilledLimitExceeded")));
            Assert.That(enough, Is.EqualTo(200));
            Assert.That((small, EmulatorCalls.ErrorOf(tooSmall).Reason), Is.EqualTo((400, "invalid")));
            Assert.That(calls.Emulator.Jobs.Sum(job => job.Uses.Sum(use => use.BytesBilled)), Is.EqualTo(2 * Floor));
        }
    }

    [Test]
    public async Task A_table_above_the_floor_is_billed_by_its_size_and_twice_where_it_is_changed()
    {
        calls.Dataset.Scale = 100;
        await calls.RunAsync("create table u (n int64, s string)");
        await calls.RunAsync("insert into u (n, s) select n, repeat('x', 10000) from unnest(generate_array(1, 12)) n");
        var (_, table) = await calls.GetAsync("datasets/lab/tables/u");
        var size = long.Parse((string)table["numBytes"]!, System.Globalization.CultureInfo.InvariantCulture);

        await calls.RunAsync("select count(*) from u");
        await calls.RunAsync("update u set n = 2 where n = 1");
        var (status, refused) = await calls.QueryWithAsync(
            "delete from u where n = 2",
            "maximumBytesBilled",
            $"{size}"
        );

        var billed = calls.Emulator.Jobs.SelectMany(job => job.Uses).TakeLast(2).Select(use => use.BytesBilled);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(size, Is.InRange(12_000_000, 12_100_000));
            Assert.That(billed, Is.EqualTo([size, 2 * size]));
            Assert.That((status, EmulatorCalls.ErrorOf(refused).Reason), Is.EqualTo((400, "bytesBilledLimitExceeded")));
            Assert.That(await calls.NumberAsync("select count(*) from u"), Is.EqualTo(12));
        }
    }

    [Test]
    public async Task The_statements_of_a_script_that_failed_later_are_billed()
    {
        await calls.QueryAsync("insert into t (n) values (1); select 1 / 0 from t");

        Assert.That(calls.Emulator.Jobs[^1].Uses.Select(use => use.Kind), Is.EqualTo(["INSERT"]));
    }

    private const string Change = "begin transaction; insert into t (n) values (1); commit transaction; select 1";

    private readonly TaskCompletionSource reached = new();

    private Task Reached => reached.Task;

    /// <summary>Whoever is about to commit waits until it is let go.</summary>
    private TaskCompletionSource Hold()
    {
        var hold = new TaskCompletionSource();
        calls.Dataset.BeforeCommit = () =>
        {
            reached.TrySetResult();
            return hold.Task;
        };
        return hold;
    }

    private static string State(JsonNode job) => (string)job["status"]!["state"]!;
}
