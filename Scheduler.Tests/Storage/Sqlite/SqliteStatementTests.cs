using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;
using SQLitePCL;

namespace Scheduler.Tests.Storage.Sqlite;

/// <summary>Looks at the scripts themselves: each compiles against the migrated schema, is used, and walks nothing that grows.</summary>
[TestFixture]
internal sealed partial class SqliteStatementTests
{
    private static readonly string[] Concepts =
    [
        .. SqlText.Concepts("sqlite").Except(["connection", "session", "schema"]),
    ];

    // What a script may walk, and why that does not grow with the history or with a claim's backlog.
    private static readonly Dictionary<string, string[]> Bounded = new()
    {
        // Asked once, by the tour.
        ["customers.count"] = ["sqlite_autoindex_customer_profiles_2"],
        // The first entry, the last, or as many as a limit says.
        ["queue.claim"] =
        [
            "scheduler_fair_shares_ready",
            "scheduler_fair_shares_turn",
            "scheduler_fair_shares_waiting",
        ],
        ["queue.next_visible"] = ["scheduler_fair_shares_ready", "scheduler_fair_shares_waiting"],
        // A sweep of the reaper over what waits, not over what was.
        ["queue.wake_customers"] = ["scheduler_fair_shares_waiting"],
        ["queue.list_parked"] = ["pipeline_execution_queue_parked"],
        // What is to go on.
        ["backfills.count_open"] = ["scheduler_backfills_running"],
        // What is open of the operators.
        ["bulks.list_open"] = ["scheduler_bulks_open"],
        ["queue.list_overdue_waiting"] = ["pipeline_execution_queue_open"],
        ["queue.note_holds"] = ["sqlite_autoindex_scheduler_fair_shares_1", "sqlite_autoindex_scheduler_holds_1"],
        // Counted for people: what is active, queued, running, firing.
        ["status.get"] =
        [
            "customer_pipeline_configs_due",
            "pipeline_execution_queue_by_wait",
            "pipeline_execution_queue_expiry",
        ],
        // What is open: as much as is queued or leased, whatever has ended.
        ["overview.running"] = ["pipeline_execution_queue_expiry"],
        ["overview.waiting"] = ["pipeline_execution_queue_by_wait"],
        ["overview.waiting_customers"] = ["pipeline_execution_queue_by_wait"],
        ["overview.workers"] = ["pipeline_execution_queue_expiry"],
        // An operator's question about all that is active.
        ["scheduling.list_schedules"] = ["customer_pipeline_configs_due"],
        // The companies' names, of which there are as many as customers.
        ["pipeline_configs.search"] = ["customer_profiles"],
        ["pipeline_configs.search_by_next"] = ["customer_profiles"],
        // An operator's command.
        ["audit.customers_without_chain"] = ["sqlite_autoindex_customer_profiles_1"],
        // As many as are leased, fire, or wait to be told.
        ["alerts.long_runs"] = ["pipeline_execution_queue_expiry"],
        ["alerts.broken_invariants"] = ["pipeline_execution_queue_expiry"],
        ["alerts.list_untold"] = ["scheduler_alerts_untold"],
        ["alerts.list_open"] = ["scheduler_alerts_firing"],
        // From the oldest one on, which go.
        ["alerts.purge_alerts"] = ["scheduler_alerts_by_time"],
        ["audit.count_refusals"] = ["scheduler_refused_calls"],
        // The operator's questions, asked by people.
        ["monitoring.running_now"] = ["pipeline_execution_queue_expiry"],
        ["monitoring.success_rate_7_days"] = ["scheduled_pipeline_runs_by_customer"],
        ["monitoring.queue_by_state"] = ["pipeline_execution_queue"],
    };

    private static IEnumerable<TestCaseData> Statements() =>
        from concept in Concepts
        from statement in SqlText.Load("sqlite", concept).Statements
        select new TestCaseData(concept, statement).SetArgDisplayNames($"{concept}.{statement.Name}");

    [TestCaseSource(nameof(Statements))]
    public async Task A_script_walks_no_table_that_grows(string concept, SqlStatement statement)
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await using var connection = await OpenAsync(database);

        var walked = Walks(connection, statement.Text).Order().ToArray();

        Assert.That(walked, Is.EquivalentTo(Bounded.GetValueOrDefault($"{concept}.{statement.Name}", [])));
    }

    [Test]
    public async Task The_look_for_walks_finds_one()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        await using var connection = await OpenAsync(database);

        Assert.That(
            Walks(connection, "select count(*) from scheduled_pipeline_runs where error_type = 'UNKNOWN'"),
            Is.EqualTo(["scheduled_pipeline_runs"])
        );
    }

    [Test]
    public void Every_script_is_called_and_every_call_has_a_script()
    {
        var called = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "Scheduler.Core"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Call().Matches(File.ReadAllText(file)))
            .Select(call => $"{call.Groups[1].Value}.{call.Groups[2].Value}")
            .Distinct()
            .Where(name => Concepts.Contains(name.Split('.')[0]));

        // The operator's questions are for people.
        var written = Statements().Select(row => row.Arguments).Where(row => row[0] is not "monitoring");

        Assert.That(called, Is.EquivalentTo(written.Select(row => $"{row[0]}.{((SqlStatement)row[1]!).Name}")));
    }

    private static async Task<SqliteConnection> OpenAsync(SqliteDatabase database)
    {
        var connection = new SqliteConnection($"Data Source={database.File};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SqlText.Load("sqlite", "session")["open"];
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>
    /// The tables and indexes of the schema whose first or last entry a script goes to, by its byte code: where it seeks a key
    /// instead, it touches what it needs. See sqlite.org/opcode.html: OpenRead p1 = cursor, p2 = root page, p3 = schema (0 = main).
    /// </summary>
    private static IReadOnlyList<string> Walks(SqliteConnection connection, string script)
    {
        var names = Rows(connection, "select rootpage, name from main.sqlite_schema where rootpage > 0")
            .ToDictionary(row => Convert.ToInt64(row[0]), row => (string)row[1]);
        var walks = new List<string>();
        foreach (var statement in Split(connection, script))
        {
            var cursors = new Dictionary<long, string>();
            foreach (var row in Rows(connection, $"explain {statement}"))
            {
                var (code, cursor, page, schema) = ((string)row[1], (long)row[2], (long)row[3], (long)row[4]);
                if (code is "OpenRead" or "OpenWrite" && schema == 0)
                {
                    cursors[cursor] = names[page];
                }
                else if (code.StartsWith("Open", StringComparison.Ordinal))
                {
                    cursors.Remove(cursor);
                }
                else if (code is "Rewind" or "Last" or "Count" && cursors.TryGetValue(cursor, out var name))
                {
                    walks.Add(name);
                }
            }
        }
        return [.. walks.Distinct().Except(["sqlite_sequence"])];
    }

    private static List<string> Split(SqliteConnection connection, string script)
    {
        var statements = new List<string>();
        while (script.Length > 0)
        {
            var code = raw.sqlite3_prepare_v2(connection.Handle, script, out var compiled, out var rest);
            Assert.That(code, Is.EqualTo(raw.SQLITE_OK), () => raw.sqlite3_errmsg(connection.Handle).utf8_to_string());
            if (raw.sqlite3_sql(compiled).utf8_to_string() is { Length: > 0 } text)
            {
                statements.Add(text);
            }
            compiled.Dispose();
            script = rest.Trim();
        }
        return statements;
    }

    private static List<object[]> Rows(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        foreach (var name in Parameter().Matches(query).Select(match => match.Value).Distinct())
        {
            command.Parameters.AddWithValue(name, DBNull.Value);
        }
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }
        return rows;
    }

    [GeneratedRegex("""(?:new|SqlOperation [A-Z]\w* = new)\(\s*"([a-z_]+)",\s*"([a-z_0-9]+)"\s*\)""")]
    private static partial Regex Call();

    [GeneratedRegex("@[a-zA-Z]+")]
    private static partial Regex Parameter();
}
