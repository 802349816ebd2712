using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>Rules of BigQuery that GoogleSQL's analyser does not know, for every statement of <c>sql/bigquery</c>.</summary>
internal sealed class BigQueryRulesTests
{
    private const string Dialect = "bigquery";

    // Not to be had in BigQuery, or not in the way the scripts are run.
    private static readonly string[] Banned =
    [
        "merge",
        "truncate",
        "loop",
        "while",
        "exception",
        "returning",
        "max_by",
        "generate_uuid",
        "rollup",
    ];

    [Test]
    public async Task Tables_are_partitioned_by_a_day_clustered_by_their_own_columns_and_described()
    {
        var tables = await ProductCatalog.TablesAsync("queue");
        var faults = new List<string>();
        foreach (var create in Creates())
        {
            faults.AddRange(
                TableRules.Faults(create.Text, tables[create.Target!]).Select(fault => $"{create.Target}: {fault}")
            );
        }

        Assert.That(faults, Is.Empty);
    }

    [TestCase("partition by status", "partition")]
    [TestCase("partition by date(status)", "partition")]
    [TestCase("cluster by a, b, status, at, day", "cluster")]
    [TestCase("cluster by status, status", "cluster")]
    [TestCase("cluster by names", "cluster")]
    [TestCase("cluster by nobody", "cluster")]
    [TestCase("options (desciption = 'x')", "option")]
    [TestCase("options (partition_expiration_days = 3)", "partition")]
    [TestCase("partition by timestamp_trunc(at, minute)", "partition")]
    [TestCase("partition by timestamp_trunc(day, day)", "partition")]
    [TestCase("partition by day, at", "partition")]
    public void What_BigQuery_would_refuse_is_found(string clause, string word)
    {
        var table = new SqlTable(
            "t",
            [
                new("a", SqlTypes.Text),
                new("b", SqlTypes.Text),
                new("status", SqlTypes.Text),
                new("at", SqlTypes.Timestamp),
                new("day", SqlTypes.Parse("date")),
                new("names", SqlTypes.ArrayOf(SqlTypes.Text)),
            ]
        );

        Assert.That(TableRules.Faults($"create table t (a string) {clause}", table), Has.Some.Contains(word));
    }

    [Test]
    public void Scripts_use_what_BigQuery_has_and_answer_behind_their_commit()
    {
        var faults = new List<string>();
        foreach (var file in SqlText.Concepts(Dialect))
        {
            foreach (var statement in SqlText.Load(Dialect, file).Statements)
            {
                faults.AddRange(
                    Faults(statement).Select(fault => $"sql/{Dialect}/{file}.sql {statement.Name}: {fault}")
                );
            }
        }

        Assert.That(faults, Is.Empty);
    }

    private static IEnumerable<ScriptStatement> Creates() =>
        SqlText
            .Migrations(Dialect)
            .SelectMany(migration => Script.Parse(migration.Text))
            .Where(statement => statement.Kind == ScriptKind.CreateTable);

    private static IEnumerable<string> Faults(SqlStatement statement)
    {
        var tokens = SqlToken.Read(statement.Text);
        foreach (var word in Banned.Where(word => tokens.Any(token => token.Is(word))))
        {
            yield return $"uses {word}";
        }
        var used = tokens
            .Where(token =>
                token.Kind == SqlTokenKind.Parameter && !token.Text.StartsWith("@@", StringComparison.Ordinal)
            )
            .Select(token => token.Text[1..])
            .ToHashSet();
        foreach (var name in used.Except(statement.Parameters.Select(parameter => parameter.Name)))
        {
            yield return $"uses @{name} and does not declare it";
        }
        var script = Script.Parse(statement.Text);
        var last = script[^1].Kind;
        if (statement.IsWrite && script.Any(part => part.Kind == ScriptKind.Begin))
        {
            if (last != ScriptKind.Select || script[^2].Kind != ScriptKind.Commit)
            {
                yield return "does not select its answer right behind its commit";
            }
        }
        else if (!statement.IsWrite && (script.Count > 1 || last != ScriptKind.Select))
        {
            yield return "is said to read and does more";
        }
    }
}
