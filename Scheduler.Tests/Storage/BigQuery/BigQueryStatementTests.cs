using NUnit.Framework;
using Scheduler.Core.Storage;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>
/// Every statement of <c>sql/bigquery</c> analysed by GoogleSQL's own analyser against the tables of the project's own DDL. What it
/// accepts, BigQuery may still refuse; what it refuses has its file, statement and place in the message.
/// </summary>
internal sealed class BigQueryStatementTests
{
    private const string Dialect = "bigquery";

    private static IEnumerable<string> Files() =>
        SqlText
            .Concepts(Dialect)
            .Where(file => Environment.GetEnvironmentVariable("SQL_FILE") is not { Length: > 0 } only || only == file);

    [TestCaseSource(nameof(Files))]
    public async Task Every_statement_is_valid_GoogleSQL(string file)
    {
        var server = await ZetaSqlServer.SharedAsync();
        var tables = await ProductCatalog.TablesAsync(file);
        var faults = new List<string>();
        foreach (var statement in SqlText.Load(Dialect, file).Statements)
        {
            var text = ProductCatalog.Filled(statement.Text);
            try
            {
                await new ScriptAnalyzer(server, tables).AnalyzeAsync(
                    text,
                    statement.Parameters.ToDictionary(given => given.Name, given => SqlTypes.Parse(given.Type))
                );
            }
            catch (Exception exception) when (exception is SqlScriptException or FormatException)
            {
                var position = (exception as SqlScriptException)?.Position ?? 0;
                faults.Add($"sql/{Dialect}/{file}.sql {statement.Name} {Line(text, position)}: {exception.Message}");
            }
        }

        Assert.That(faults, Is.Empty);
    }

    /// <summary>The line itself, which is found faster than a number that counts from the statement's name.</summary>
    private static string Line(string text, int position)
    {
        var start = text.LastIndexOf('\n', Math.Max(0, Math.Min(position, text.Length) - 1)) + 1;
        var end = text.IndexOf('\n', start);
        var line = text[..start].Count(letter => letter == '\n') + 1;
        return $"line {line}, column {position - start + 1}, '{text[start..(end < 0 ? text.Length : end)].Trim()}'";
    }
}
