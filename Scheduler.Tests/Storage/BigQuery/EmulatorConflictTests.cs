using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// Transactions beside each other, as BigQuery documents them: two that change rows of one table do not both commit, inserts meet nobody,
/// and each table takes so many statements at a time.
/// </summary>
internal sealed class EmulatorConflictTests
{
    private const string Aborted = "Transaction is aborted due to concurrent update against table lab.t.";

    private EmulatorCalls calls = null!;

    [SetUp]
    public async Task Start()
    {
        calls = await EmulatorCalls.StartAsync();
        await calls.RunAsync("create table t (id int64, n int64); create table u (id int64)");
        await calls.RunAsync("insert into t (id, n) values (1, 0), (2, 0)");
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

    // Row by row they have nothing to do with each other; BigQuery looks at the table.
    [TestCase("update t set n = n + 1 where id = 1", "update t set n = n + 1 where id = 2", true)]
    [TestCase("update t set n = n + 1 where id = 1", "delete from t where id = 2", true)]
    [TestCase("delete from t where id = 1", "delete from t where id = 2", true)]
    [TestCase("insert into t (id, n) values (3, 0)", "insert into t (id, n) values (3, 0)", false)]
    [TestCase("insert into t (id, n) values (3, 0)", "update t set n = n + 1 where id = 1", false)]
    [TestCase("update t set n = n + 1 where id = 1", "insert into t (id, n) values (3, 0)", false)]
    // One that found no row has changed nothing.
    [TestCase("update t set n = 1 where id = 99", "update t set n = n + 1 where id = 1", false)]
    [TestCase("update t set n = n + 1 where id = 1", "update t set n = 1 where id = 99", false)]
    [TestCase("create temp table c as select count(*) as n from t", "update t set n = n + 1 where id = 1", false)]
    public async Task Of_two_transactions_at_once_the_later_commit_fails_where_both_changed_rows_of_a_table(
        string slow,
        string fast,
        bool conflicts
    )
    {
        var (status, body) = await BesideAsync(
            $"begin transaction; {slow}; insert into u (id) values (1); commit transaction",
            $"begin transaction; {fast}; commit transaction"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(conflicts ? 400 : 200));
            if (conflicts)
            {
                Assert.That(EmulatorCalls.ErrorOf(body), Is.EqualTo(("invalidQuery", Aborted)));
            }
            Assert.That(await calls.NumberAsync("select count(*) from u"), Is.EqualTo(conflicts ? 0 : 1));
        }
    }

    [Test]
    public async Task A_statement_of_its_own_aborts_a_transaction_as_well()
    {
        var (status, body) = await BesideAsync(
            "begin transaction; update t set n = n + 1 where id = 1; commit transaction",
            "update t set n = 10 where id = 1"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.EqualTo(400));
            Assert.That(EmulatorCalls.ErrorOf(body).Message, Is.EqualTo(Aborted));
            Assert.That(await calls.NumberAsync("select n from t where id = 1"), Is.EqualTo(10));
        }
    }

    [Test]
    public async Task A_transaction_reads_what_stood_when_it_began()
    {
        var (_, body) = await BesideAsync(
            """
            begin transaction;
            create temp table before as select sum(n) as n from t;
            commit transaction;
            select b.n, (select sum(n) from t) from before b
            """,
            "begin transaction; update t set n = 5 where true; insert into t (id, n) values (3, 5); commit transaction"
        );

        Assert.That(EmulatorCalls.Rows(body), Is.EqualTo(EmulatorCalls.Table(["0", "15"])));
    }

    [Test]
    public async Task Nothing_is_lost_when_many_change_one_row()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(_ =>
                    calls.QueryAsync("begin transaction; update t set n = n + 1 where id = 1; commit transaction")
                )
        );

        var done = answers.Count(answer => answer.Status == 200);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(done, Is.Positive);
            Assert.That(await calls.NumberAsync("select n from t where id = 1"), Is.EqualTo(done));
            Assert.That(
                answers.Where(answer => answer.Status != 200).Select(answer => EmulatorCalls.ErrorOf(answer.Body)),
                Is.All.EqualTo(("invalidQuery", Aborted))
            );
        }
    }

    [Test]
    public async Task A_statement_of_its_own_that_loses_again_and_again_could_not_be_serialized()
    {
        var table = calls.Dataset.Tables["t"];
        // Somebody else is faster each time.
        calls.Dataset.BeforeCommit = () =>
        {
            var now = calls.Dataset.Tables;
            calls.Dataset.TryCommit(now, now, new HashSet<string> { table.Table.Name }, new HashSet<string>());
            return Task.CompletedTask;
        };

        var (reason, message) = await calls.RefusedAsync("update t set n = 1 where id = 1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reason, Is.EqualTo("invalidQuery"));
            Assert.That(message, Is.EqualTo("Could not serialize access to table lab.t due to concurrent update"));
        }
    }

    [Test]
    public async Task Two_changes_of_a_table_run_twenty_wait_and_the_next_one_fails()
    {
        var open = new TaskCompletionSource();
        calls.Dataset.BeforeCommit = () => open.Task;
        var sent = Enumerable
            .Range(0, 23)
            .Select(_ => calls.QueryAsync("update t set n = n + 1 where id = 1"))
            .ToList();

        var first = await await Task.WhenAny(sent);
        calls.Dataset.BeforeCommit = null;
        open.SetResult();
        var answers = await Task.WhenAll(sent);

        var refused = answers
            .Where(answer => answer.Status != 200)
            .Select(answer => EmulatorCalls.ErrorOf(answer.Body));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                EmulatorCalls.ErrorOf(first.Body).Message,
                Is.EqualTo(
                    "Resources exceeded during query execution: Too many DML statements outstanding against table lab.t, limit is 20."
                )
            );
            Assert.That(
                await calls.NumberAsync("select n from t where id = 1"),
                Is.EqualTo(answers.Count(answer => answer.Status == 200))
            );
            Assert.That(
                refused.Count(error => error.Message.Contains("outstanding", StringComparison.Ordinal)),
                Is.EqualTo(1)
            );
        }
    }

    [Test]
    public async Task A_table_takes_twenty_five_statements_in_ten_seconds()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        calls.Dataset.LimitClock = time;
        for (var nth = 0; nth < 24; nth++)
        {
            await calls.RunAsync("insert into t (id, n) values (9, 9)");
        }
        // Statements of a transaction count as well, and those of other tables do not.
        await calls.RunAsync(
            "begin transaction; update t set n = 8 where id = 9; insert into u (id) values (1); commit transaction"
        );
        time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));

        var (reason, message) = await calls.RefusedAsync("insert into t (id, n) values (9, 9)");
        time.Advance(TimeSpan.FromTicks(1));
        await calls.RunAsync("insert into t (id, n) values (10, 10)");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reason, Is.EqualTo("jobRateLimitExceeded"));
            Assert.That(message, Does.StartWith("Exceeded rate limits: too many table update operations"));
            Assert.That(await calls.NumberAsync("select count(*) from t where id = 9"), Is.EqualTo(24));
            Assert.That(calls.Dataset.BusiestWindow["t"], Is.EqualTo(25));
        }
    }

    [Test]
    public async Task Inserts_of_a_table_can_be_made_to_fail()
    {
        calls.Dataset.FailingInserts.Add("t");
        var (_, message) = await calls.RefusedAsync(
            "begin transaction; insert into u (id) values (1); insert into t (id, n) values (3, 0); commit transaction"
        );
        calls.Dataset.FailingInserts.Remove("t");
        await calls.RunAsync("insert into t (id, n) values (3, 0)");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(message, Is.EqualTo("made to fail"));
            Assert.That(await calls.NumberAsync("select count(*) from u"), Is.Zero);
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.EqualTo(3));
        }
    }

    /// <summary>Holds the first one just before its commit until the second one is through.</summary>
    /// <returns>What became of the first.</returns>
    private async Task<(int Status, JsonObject Body)> BesideAsync(string slow, string fast)
    {
        var reached = new TaskCompletionSource();
        var open = new TaskCompletionSource();
        calls.Dataset.BeforeCommit = () =>
        {
            calls.Dataset.BeforeCommit = null;
            reached.SetResult();
            return open.Task;
        };
        var held = calls.QueryAsync(slow);
        await reached.Task;
        await calls.RunAsync(fast);
        open.SetResult();
        return await held;
    }
}
