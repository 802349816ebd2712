using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>The tables and views that the product's own migrations make.</summary>
internal static class ProductCatalog
{
    private const string Dataset = "customers";

    private static readonly Lazy<Task<IReadOnlyDictionary<string, SqlTable>>> Made = new(MakeAsync);

    public static Task<IReadOnlyDictionary<string, SqlTable>> TablesAsync() => Made.Value;

    private static async Task<IReadOnlyDictionary<string, SqlTable>> MakeAsync()
    {
        var server = await ZetaSqlServer.SharedAsync();
        var tables = new Dictionary<string, SqlTable>(StringComparer.OrdinalIgnoreCase)
        {
            ["scheduler_migrations"] = new(
                "scheduler_migrations",
                [new("name", SqlTypes.Text), new("checksum", SqlTypes.Text), new("applied_at", SqlTypes.Timestamp)]
            ),
        };
        foreach (var (_, text) in SqlText.Migrations("bigquery"))
        {
            var script = GoogleSqlText.WithoutDataset(
                text.Replace("{dataset}", Dataset, StringComparison.Ordinal),
                Dataset
            );
            foreach (var statement in Script.Parse(script))
            {
                var analyzer = new ScriptAnalyzer(server, tables);
                if (statement.Kind == ScriptKind.CreateTable)
                {
                    tables[statement.Target!] = await analyzer.TableAsync(statement);
                }
                else if (statement.Kind == ScriptKind.CreateView)
                {
                    tables[statement.Target!] = new SqlTable(
                        statement.Target!,
                        await analyzer.ColumnsAsync(statement.Expression!)
                    );
                }
            }
        }
        return tables;
    }
}
