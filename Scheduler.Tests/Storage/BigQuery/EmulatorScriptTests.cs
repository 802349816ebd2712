using System.Globalization;
using Microsoft.Extensions.Time.Testing;
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

    [Test]
    public async Task The_time_is_one_in_a_statement_and_another_in_the_next()
    {
        var (one, next) = await TimesAsync("");

        Assert.That(one, Is.EqualTo(1), "distinct times within the statement, its subqueries included");
        Assert.That(next, Is.EqualTo(2));
    }

    [Test]
    public async Task The_time_of_a_transaction_is_that_of_its_beginning_throughout()
    {
        var (_, both) = await TimesAsync("begin transaction;");

        Assert.That(both, Is.EqualTo(1));
    }

    [Test]
    public async Task A_transaction_that_ended_gives_the_time_free()
    {
        await using var ticking = await EmulatorCalls.StartAsync(
            new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) }
        );

        var rows = await ticking.RunAsync(
            """
            declare op_in timestamp;
            begin transaction;
            set op_in = current_timestamp();
            commit transaction;
            select current_timestamp() > op_in, current_date() = date(current_timestamp)
            """
        );

        Assert.That(rows, Is.EqualTo(EmulatorCalls.Table(["true", "true"])));
    }

    [Test]
    public async Task A_default_of_the_time_is_that_of_the_insert()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 7, 0, 0, TimeSpan.Zero));
        await using var fixedTime = await EmulatorCalls.StartAsync(time);
        await fixedTime.RunAsync("create table d (id int64, made timestamp default current_timestamp())");
        time.Advance(TimeSpan.FromDays(1));

        await fixedTime.RunAsync("insert into d (id) values (1)");

        Assert.That(
            await fixedTime.RunAsync("select made = timestamp '2026-11-25 07:00:00+00' from d"),
            Is.EqualTo(EmulatorCalls.Table(["true"]))
        );
    }

    [Test]
    public async Task A_column_that_is_added_is_null_in_the_rows_that_are_there()
    {
        await calls.RunAsync("insert into t (id, n) values ('a', 1)");

        await calls.RunAsync(
            "alter table `lab.t` add column more string, add column words array<struct<w string, n int64>>"
        );
        await calls.RunAsync("insert into t (id, more, words) values ('b', 'x', [struct('w', 2)])");
        await calls.RunAsync("update t set more = 'y' where id = 'a'");

        Assert.That(
            await calls.RunAsync("select id, more, array_length(words) from t order by id"),
            Is.EqualTo(EmulatorCalls.Table(["a", "y", "0"], ["b", "x", "1"]))
        );
    }

    [Test]
    public async Task A_column_that_is_there_is_added_again_only_with_IF_NOT_EXISTS()
    {
        await calls.RunAsync("alter table t add column if not exists more string");
        await calls.RunAsync(
            "alter table t add column if not exists more string, add column if not exists other int64"
        );

        var (_, message) = await calls.RefusedAsync("alter table t add column more string");

        Assert.That(message, Does.Contain("more"));
        Assert.That(
            await calls.RunAsync("select count(more), count(other) from t"),
            Is.EqualTo(EmulatorCalls.Table(["0", "0"]))
        );
    }

    [TestCase("alter table t add column more strng", "STRNG")]
    [TestCase("alter table t add column more string not null", "required")]
    [TestCase("alter table t add column more string default 'x'", "DEFAULT")]
    [TestCase("alter table nowhere add column more string", "nowhere")]
    [TestCase("begin transaction; alter table t add column more string; commit transaction", "transaction")]
    [TestCase("begin transaction; create table c (id string); commit transaction", "transaction")]
    [TestCase("begin transaction; begin transaction; commit transaction", "nested")]
    [TestCase("create table c (id string) partition by id", "partition")]
    [TestCase("create table c (id string) cluster by id, id", "cluster")]
    [TestCase("create table c (id string) options (bogus = 1)", "bogus")]
    [TestCase("insert into t (id) values ('a') then return id", "RETURN")]
    public async Task What_the_analyser_accepts_and_BigQuery_does_not_is_refused(string text, string why)
    {
        var (status, body) = await calls.QueryAsync(text);

        Assert.That(status, Is.AnyOf(400, 404), body.ToJsonString());
        Assert.That(EmulatorCalls.ErrorOf(body).Message, Does.Contain(why).IgnoreCase);
        Assert.That(await calls.NumberAsync("select count(*) from t"), Is.Zero);
    }

    /// <summary>Times seen by a statement with many rows, whose subquery is evaluated by itself, and by it and the next one together.</summary>
    private static async Task<(long One, long Both)> TimesAsync(string begin)
    {
        // Every look at this clock moves it.
        await using var ticking = await EmulatorCalls.StartAsync(
            new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) }
        );
        await ticking.RunAsync("create table t (at_time timestamp); create table seen (n int64)");
        await ticking.RunAsync(
            "insert into t (at_time) select timestamp '1990-01-01 00:00:00+00' from unnest(generate_array(1, 20))"
        );
        await ticking.RunAsync(
            $"""
            {begin}
            insert into t (at_time) select current_timestamp() from t where at_time < (select max(current_timestamp()) from t);
            insert into seen (n) select count(distinct at_time) - 1 from t;
            insert into t (at_time) values (current_timestamp());
            insert into seen (n) select count(distinct at_time) - 1 from t;
            {(begin.Length > 0 ? "commit transaction;" : "")}
            """
        );
        var rows = await ticking.RunAsync("select min(n), max(n) from seen");
        return (
            long.Parse(rows[0][0]!, CultureInfo.InvariantCulture),
            long.Parse(rows[0][1]!, CultureInfo.InvariantCulture)
        );
    }
}
