using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>A recorded Cloud Billing export: its sums, and what the template's query makes of it in a real GoogleSQL engine.</summary>
internal sealed class BillingExport
{
    private readonly List<IReadOnlyDictionary<string, string>> lines;

    private BillingExport(List<IReadOnlyDictionary<string, string>> lines) => this.lines = lines;

    public IReadOnlyList<string> Days => [.. lines.Select(DayOf).Distinct().Order()];

    public static BillingExport Read(string path)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"select * from read_csv('{path}', all_varchar = true, header = true)";
        using var reader = command.ExecuteReader();
        var lines = new List<IReadOnlyDictionary<string, string>>();
        while (reader.Read())
        {
            lines.Add(
                Enumerable
                    .Range(0, reader.FieldCount)
                    .ToDictionary(reader.GetName, place => reader.IsDBNull(place) ? "" : reader.GetString(place))
            );
        }
        return new BillingExport(lines);
    }

    public decimal CostOf(string day) =>
        lines.Where(line => DayOf(line) == day).Sum(line => Number(Cell(line, "cost")));

    public decimal CreditsOf(string day) =>
        lines.Where(line => DayOf(line) == day).SelectMany(Credits).Sum(credit => credit.Amount);

    /// <summary>The query's rows, by column.</summary>
    public async Task<IReadOnlyList<Dictionary<string, string?>>> QueriedAsync(string from, string to) =>
        await ExecuteAsync("gcp.cost.cost_billing.sql", ("@from", $"date '{from}'"), ("@to", $"date '{to}'"));

    public async Task<(string? Day, string? Until)> EarliestChangeAsync(string since)
    {
        var row = (
            await ExecuteAsync("gcp.cost.cost_billing.changed.sql", ("@changed_since", $"timestamp '{since}'"))
        ).Single();
        return (row["earliest_day"], row["changed_until"]);
    }

    private Task<IReadOnlyList<Dictionary<string, string?>>> ExecuteAsync(
        string file,
        params (string Name, string Value)[] parameters
    ) => ExecuteTextAsync(File.ReadAllText(Path.Combine(PipelineBench.TemplatesFolder, file)), parameters);

    /// <summary>Runs a query over the export, which takes the place of its table.</summary>
    public async Task<IReadOnlyList<Dictionary<string, string?>>> ExecuteTextAsync(
        string text,
        params (string Name, string Value)[] parameters
    )
    {
        var table = $"(select * from unnest([{string.Join(",\n", lines.Select(Struct))}]))";
        var sql = text.Replace("{table}", table, StringComparison.Ordinal);
        foreach (var (name, value) in parameters)
        {
            sql = sql.Replace(name, value, StringComparison.Ordinal);
        }
        var engine = await ZetaSqlServer.SharedAsync();
        var outcome = await ScriptRun.ExecuteAsync(engine, new EmulatedDataset("lab"), sql, []);
        return
        [
            .. outcome.Rows.Select(row =>
                outcome
                    .Columns.Zip(row.Cell)
                    .ToDictionary(
                        cell => cell.First.Name,
                        cell => (string?)SqlValues.ToCell(cell.First.Type, cell.Second, exactTimes: true)
                    )
            ),
        ];
    }

    private static string Struct(IReadOnlyDictionary<string, string> line)
    {
        var credits = Credits(line)
            .Select(credit =>
                $"struct({Text(credit.Name)} as name, {Float(credit.Amount)} as amount, {Text(credit.Type)} as type)"
            );
        return $"""
            struct(
              {Text(Cell(line, "billing_account_id"))} as billing_account_id,
              struct({Text(Cell(line, "service.id"))} as id, {Text(
                Cell(line, "service.description")
            )} as description) as service,
              struct({Text(Cell(line, "sku.id"))} as id, {Text(Cell(line, "sku.description"))} as description) as sku,
              timestamp '{Cell(line, "usage_start_time")}' as usage_start_time,
              timestamp '{Cell(line, "export_time")}' as export_time,
              timestamp_trunc(timestamp '{Cell(line, "export_time")}', day) as _partitiontime,
              struct({Text(Cell(line, "project.id"))} as id, {Text(Cell(line, "project.name"))} as name) as project,
              struct({Text(Cell(line, "location.region"))} as region) as location,
              {Float(Number(Cell(line, "cost")))} as cost,
              {Text(Cell(line, "currency"))} as currency,
              struct({Float(Number(Cell(line, "usage.amount_in_pricing_units")))} as amount_in_pricing_units,
                {Text(Cell(line, "usage.pricing_unit"))} as pricing_unit) as usage,
              array<struct<name string, amount float64, type string>>[{string.Join(", ", credits)}] as credits,
              struct({Text(Cell(line, "invoice.month"))} as month) as invoice,
              {Text(Cell(line, "cost_type"))} as cost_type
            )
            """;
    }

    /// <summary>A list in Python's notation.</summary>
    private static IEnumerable<(string Name, decimal Amount, string Type)> Credits(
        IReadOnlyDictionary<string, string> line
    )
    {
        var json = Cell(line, "credits").Replace("None", "null", StringComparison.Ordinal).Replace('\'', '"');
        return JsonDocument
            .Parse(json)
            .RootElement.EnumerateArray()
            .Select(credit =>
                (
                    credit.GetProperty("name").GetString()!,
                    Number(credit.GetProperty("amount").GetRawText()),
                    credit.GetProperty("type").GetString()!
                )
            );
    }

    private static string DayOf(IReadOnlyDictionary<string, string> line) => Cell(line, "usage_start_time")[..10];

    private static string Cell(IReadOnlyDictionary<string, string> line, string column) => line[column];

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Float(decimal number) =>
        $"cast('{number.ToString(CultureInfo.InvariantCulture)}' as float64)";

    private static string Text(string text) =>
        text.Length == 0 ? "cast(null as string)" : JsonSerializer.Serialize(text);
}
