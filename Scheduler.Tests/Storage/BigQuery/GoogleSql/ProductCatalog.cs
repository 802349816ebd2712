using Scheduler.Core.Storage;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>The tables and views that the product's own migrations make.</summary>
internal static class ProductCatalog
{
    private const string Dataset = "customers";
    private const string TenantConcept = "tenant_dataset";

    private static readonly Lazy<Task<IReadOnlyDictionary<string, SqlTable>>> Made = new(MakeAsync);
    private static readonly Lazy<Task<IReadOnlyDictionary<string, SqlTable>>> MadeForTenants = new(MakeTenantAsync);

    /// <summary>What the scripts of a concept find: the tables of the product, or those of a customer's dataset.</summary>
    public static Task<IReadOnlyDictionary<string, SqlTable>> TablesAsync(string concept) =>
        concept == TenantConcept ? MadeForTenants.Value : Made.Value;

    /// <summary>The text with the slot for the dataset filled; names lose the dataset, which is the default.</summary>
    public static string Filled(string text) =>
        GoogleSqlText.WithoutDataset(text.Replace("{dataset}", Dataset, StringComparison.Ordinal), Dataset);

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
            await AddAsync(server, tables, text);
        }
        return tables;
    }

    private static async Task<IReadOnlyDictionary<string, SqlTable>> MakeTenantAsync()
    {
        var tables = new Dictionary<string, SqlTable>(StringComparer.OrdinalIgnoreCase);
        await AddAsync(
            await ZetaSqlServer.SharedAsync(),
            tables,
            SqlText.Load("bigquery", TenantConcept)["create_tables"]
        );
        return tables;
    }

    private static async Task AddAsync(ZetaSqlServer server, Dictionary<string, SqlTable> tables, string text)
    {
        foreach (var statement in Script.Parse(Filled(text)))
        {
            var analyzer = new ScriptAnalyzer(server, tables);
            if (statement.Kind == ScriptKind.CreateTable)
            {
                tables[statement.Target!] = await analyzer.TableAsync(statement);
            }
            else if (statement.Kind == ScriptKind.AlterTable)
            {
                tables[statement.Target!] = await analyzer.AlteredAsync(statement, tables[statement.Target!]);
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
}
