using DuckDB.NET.Data;
using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets;

/// <summary>
/// A run's private staging file: lines are appended page by page and loaded only when the last page is in. Not
/// thread-safe. Disposing it deletes the file and its folder.
/// </summary>
public sealed class StagedLines : IDisposable
{
    /// <summary>Decimal places of the money columns.</summary>
    public const int Scale = 12;

    private static readonly SqlText Sql = SqlText.Load("duckdb", "staging");

    private readonly HashSet<string> currencies = new(StringComparer.Ordinal);
    private readonly DuckDBConnection connection;
    private DuckDBAppender? appender;

    private readonly RunFolder folder;

    private StagedLines(RunFolder folder)
    {
        this.folder = folder;
        connection = new DuckDBConnection($"DataSource={FilePath};threads=1;memory_limit=256MB");
    }

    /// <summary>The run's private folder; only this user can read it.</summary>
    public string Folder => folder.Path;

    public string FilePath => Path.Combine(Folder, "staged.duckdb");
    public long Rows { get; private set; }

    /// <summary>Sum of billed cost as extracted, before the places beyond <see cref="Scale"/> were rounded away.</summary>
    public decimal ExtractedTotal { get; private set; }

    /// <summary>The most that rounding can have moved the sum: 0 as long as nothing was rounded.</summary>
    public decimal RoundingAllowance { get; private set; }
    public DayWindow? Days { get; private set; }

    /// <summary>The one currency of all lines, or null when there are none or several.</summary>
    public string? Currency => currencies.Count == 1 ? currencies.Single() : null;

    public static StagedLines Create()
    {
        var staged = new StagedLines(RunFolder.Create());
        staged.connection.Open();
        using var command = staged.connection.CreateCommand();
        command.CommandText = Sql["create_lines"];
        command.ExecuteNonQuery();
        staged.appender = staged.connection.CreateAppender("lines");
        return staged;
    }

    public void Append(CostLine line)
    {
        var row = (appender ?? throw new InvalidOperationException("The staging file is complete.")).CreateRow();
        AppendDimensions(row, line);
        row.AppendValue(Round(line.BilledCost))
            .AppendValue(Round(line.EffectiveCost))
            .AppendValue(Round(line.ListCost))
            .AppendValue(Round(line.ContractedCost))
            .AppendValue(Round(line.PricingQuantity))
            .AppendValue(line.PricingUnit)
            .AppendValue(line.BillingCurrency)
            .AppendValue((bool?)line.IsEstimated)
            .AppendValue(line.Tags)
            .AppendValue(line.Extra)
            .EndRow();
        Count(line);
    }

    /// <summary>Closes the file: what is in it can be loaded, nothing more can be added.</summary>
    public void Complete()
    {
        appender?.Dispose();
        appender = null;
        connection.Dispose();
    }

    public void Dispose()
    {
        Complete();
        folder.Dispose();
    }

    private static void AppendDimensions(IDuckDBAppenderRow row, CostLine line) =>
        row.AppendValue(line.LineHash)
            .AppendValue((DateOnly?)line.UsageDate.ToDateOnly())
            .AppendValue((DateOnly?)line.BillingPeriod.ToDateOnly())
            .AppendValue(line.BillingAccountId)
            .AppendValue(line.SubAccountId)
            .AppendValue(line.SubAccountName)
            .AppendValue(line.ServiceName)
            .AppendValue(line.ServiceCategory)
            .AppendValue(line.SkuId)
            .AppendValue(line.ChargeDescription)
            .AppendValue(line.RegionId)
            .AppendValue(line.ResourceId)
            .AppendValue(line.ChargeCategory)
            .AppendValue(line.ChargeClass);

    private void Count(CostLine line)
    {
        Rows++;
        ExtractedTotal += line.BilledCost;
        RoundingAllowance += Math.Abs(line.BilledCost - decimal.Round(line.BilledCost, Scale));
        currencies.Add(line.BillingCurrency);
        Days = Days is null
            ? new DayWindow(line.UsageDate, line.UsageDate)
            : new DayWindow(LocalDate.Min(Days.From, line.UsageDate), LocalDate.Max(Days.To, line.UsageDate));
    }

    private static decimal? Round(decimal? value) => value is { } given ? decimal.Round(given, Scale) : null;
}
