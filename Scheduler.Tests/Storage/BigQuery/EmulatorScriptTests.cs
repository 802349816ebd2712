using NUnit.Framework;
using Scheduler.Tests.Storage.BigQuery.Emulator;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>What the emulator makes of scripts: variables, conditions, temporary tables, views, defaults, a statement that fails.</summary>
internal sealed class EmulatorScriptTests
{
    private EmulatorCalls calls = null!;

    [SetUp]
    public async Task Start()
    {
        calls = await EmulatorCalls.StartAsync();
        await calls.RunAsync(
            """
            create table t (
              id string not null, n int64 default 7 not null, note string default 'no\'ne', tags array<string>
            )
            """
        );
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
    public async Task A_column_that_an_insert_leaves_out_has_its_default()
    {
        await calls.RunAsync("insert into t (id) values ('a')");
        await calls.RunAsync("insert into t (id, n, note) values ('b', 1, null)");

        Assert.That(
            await calls.RunAsync("select id, n, note, tags from t order by id"),
            Is.EqualTo(EmulatorCalls.Table(["a", "7", "no'ne", "[]"], ["b", "1", null, "[]"]))
        );
    }

    [TestCase("insert into t (n) values (1)")]
    [TestCase("insert into t (id, n) values ('x', null)")]
    [TestCase("update t set id = null where id = 'a'")]
    public async Task A_required_column_takes_no_null_and_nothing_of_the_statement_is_done(string statement)
    {
        await calls.RunAsync("insert into t (id, n) values ('a', 1)");

        var (reason, message) = await calls.RefusedAsync(statement);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reason, Is.EqualTo("invalidQuery"));
            Assert.That(message, Does.Match("Required field (id|n) cannot be null"));
            Assert.That(await calls.RunAsync("select id, n from t"), Is.EqualTo(EmulatorCalls.Table(["a", "1"])));
        }
    }

    [Test]
    public async Task No_key_is_enforced()
    {
        await calls.RunAsync("create table k (id string, primary key (id) not enforced)");
        await calls.RunAsync("insert into k (id) values ('a'), ('a')");
        await calls.RunAsync("insert into k (id) values ('a')");

        Assert.That(await calls.NumberAsync("select count(*) from k"), Is.EqualTo(3));
    }

    [Test]
    public async Task Variables_conditions_and_temporary_tables_carry_a_script_to_its_answer()
    {
        var rows = await calls.RunAsync(
            """
            -- op_n in a comment; it stays.
            declare op_n int64 default coalesce(@n, 3);
            declare op_first string;
            declare op_last string;
            declare op_changed int64;
            begin transaction;
            insert into t (id, n) select concat('op_n ', cast(x as string)), x from unnest(generate_array(1, op_n)) x;
            create temp table big as select id, n from t where n >= 2;
            set (op_first, op_last) = (select as struct min(id), max(id) from big);
            if op_n > 100 then
              delete from t where true;
            else
              update t set note = 'big' where id in (select id from big);
              set op_changed = @@row_count;
            end if;
            commit transaction;
            select op_first, op_last, op_changed, (select count(*) from t) as n
            """,
            EmulatorCalls.Parameter("n", "INT64", null)
        );

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table(["op_n 2", "op_n 3", "2", "3"])));
    }

    [Test]
    public async Task A_transaction_sees_its_own_changes_through_views_too()
    {
        await calls.RunAsync(
            "create or replace view `lab.loud` as select upper(t.id) as id, n from `lab.t` t where n > 0"
        );

        var rows = await calls.RunAsync(
            """
            begin transaction;
            insert into t (id, n) values ('a', 1), ('b', 0);
            create temp table seen as select id from loud;
            update t set n = 5 where id = 'b';
            create temp table seen_later as select l.id, l.n from loud l join loud as other on other.id = l.id;
            commit transaction;
            select (select count(*) from seen), count(*), max(n) from seen_later
            """
        );

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table(["1", "2", "5"])));
    }

    [Test]
    public async Task A_view_over_what_is_not_there_is_refused()
    {
        var (_, message) = await calls.RefusedAsync("create or replace view `lab.v` as select nope from `lab.t`");

        Assert.That(message, Does.Contain("Unrecognized name: nope"));
    }

    [TestCase("select 1 / 0", "division by zero")]
    [TestCase("select nope from t", "Unrecognized name: nope")]
    [TestCase("insert into t (id) select 1", "INT64")]
    [TestCase("update t set n = 'x' where true", "STRING")]
    [TestCase("assert 1 > 2", "Assertion failed")]
    public async Task A_statement_that_fails_ends_the_script_and_undoes_its_transaction(string bad, string why)
    {
        var (reason, message) = await calls.RefusedAsync(
            $"begin transaction; insert into t (id) values ('a'); {bad}; commit transaction; select 1"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(reason, Is.EqualTo("invalidQuery"));
            Assert.That(message, Does.Contain(why));
            Assert.That(await calls.NumberAsync("select count(*) from t"), Is.Zero);
        }
    }

    [Test]
    public async Task What_was_not_committed_is_undone()
    {
        await calls.RunAsync("begin transaction; insert into t (id) values ('a'); rollback transaction");
        await calls.RunAsync("begin transaction; insert into t (id) values ('b'); select 1");

        Assert.That(await calls.NumberAsync("select count(*) from t"), Is.Zero);
    }

    [Test]
    public async Task An_update_with_two_sources_for_one_row_is_refused()
    {
        await calls.RunAsync("insert into t (id, n) values ('a', 1)");

        var (_, message) = await calls.RefusedAsync(
            "update t set n = s.n from (select 'a' as id, n from unnest([1, 2]) n) s where s.id = t.id"
        );

        Assert.That(message, Does.Contain("at most one"));
    }

    [Test]
    public async Task An_update_without_a_condition_is_refused()
    {
        var (_, message) = await calls.RefusedAsync("update t set n = 1");

        Assert.That(message, Does.Contain("WHERE"));
    }

    [Test]
    public async Task Subqueries_count_once_however_many_rows_there_are()
    {
        await calls.RunAsync("insert into t (id, n) select format('%04d', x), x from unnest(generate_array(1, 300)) x");

        await calls.RunAsync(
            "update t set note = 'found' where id in (select id from t order by n desc limit 2) and n > (select avg(n) from t)"
        );

        Assert.That(
            await calls.RunAsync(
                "select id from t where note = 'found' and exists (select 1 from t where n = 1) order by id"
            ),
            Is.EqualTo(EmulatorCalls.Table(["0299"], ["0300"]))
        );
    }
}
