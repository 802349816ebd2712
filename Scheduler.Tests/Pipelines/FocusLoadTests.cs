using System.Globalization;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines;

public sealed class FocusLoadTests : IDisposable
{
    private readonly PipelineBench bench = new();

    public void Dispose() => bench.Dispose();

    [TestCase("aws.first-60.csv")]
    [TestCase("microsoft.first-25.csv")]
    [TestCase("oracle.first-3.csv")]
    public async Task A_real_export_loads_with_the_sums_of_its_file_to_the_last_decimal(string name)
    {
        var path = Fixtures.Require($"providers/focus/sample-1.0/{name}");
        File.Copy(path, Path.Combine(bench.CustomerFolder, "costs.csv"));

        var result = await bench.RunAsync(PipelineBench.FocusItem());

        PipelineBench.Completed(result);
        var services = await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(services.Sum(service => service.Billed), Is.EqualTo(SumOf(path, "BilledCost")));
            Assert.That(services.Sum(service => service.Effective), Is.EqualTo(SumOf(path, "EffectiveCost")));
            Assert.That(result.Metrics.RowsRead, Is.EqualTo(Lines(path).Count() - 1));
            Assert.That(result.Metrics.RowsWritten, Is.EqualTo(services.Sum(service => service.Rows)));
            Assert.That(result.Metrics.BytesRead, Is.EqualTo(new FileInfo(path).Length));
        }
        Assert.That(
            await bench.QueryAsync("select sum(list_cost), sum(pricing_quantity) from cost_daily"),
            Is.EqualTo([$"{SumOf(path, "ListCost"):0.############}|{SumOf(path, "PricingQuantity"):0.############}"])
        );
    }

    [TestCase("focus-example-co-a.csv")]
    [TestCase("focus-example-co-b.csv")]
    public async Task A_sample_that_ships_loads_with_credits_and_taxes(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Samples", name);
        File.Copy(path, Path.Combine(bench.CustomerFolder, "costs.csv"));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        var services = await bench.Reader.CostByServiceAsync(PipelineBench.Dataset, null, null, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(services.Sum(service => service.Billed), Is.EqualTo(SumOf(path, "BilledCost")));
            Assert.That(services.Single(service => service.Service == "Credits").Billed, Is.Negative);
            Assert.That(services.Single(service => service.Service == "Tax").Billed, Is.Positive);
        }
    }

    [Test]
    public async Task The_word_NULL_and_unmapped_columns_are_kept_apart()
    {
        bench.WriteFile(
            "costs.csv",
            "\uFEFF"
                + "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,RegionId,ListCost,ProviderName,Tags\n"
                + "1.5,1.25,usd,usage,2026-10-01 23:59:59,NULL,NULL,\"Example \"\"Cloud\"\"\nTwo\",\"{\"\"b\"\": 1, \"\"a\"\": 2}\"\n"
        );

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(
            await bench.QueryAsync(
                "select usage_date, billing_period, region_id, list_cost, billing_currency, charge_category, tags, "
                    + "x_extra->>'ProviderName', provider, source_account_id, is_estimated from cost_daily"
            ),
            Is.EqualTo([
                "2026-10-01|2026-10-01|null|null|USD|Usage|{\"a\":2,\"b\":1}|Example \"Cloud\"\nTwo|FILE|costs.csv|False",
            ])
        );
    }

    [Test]
    public async Task Hourly_lines_of_one_day_become_one_row_that_keeps_what_they_agree_on()
    {
        bench.WriteFile(
            "costs.csv",
            "ChargePeriodStart,ChargePeriodEnd,ProviderName,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory\n"
                + "2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,Example,0.000000000001,1e-2,USD,Usage\n"
                + "2026-10-01T01:00:00Z,2026-10-01T02:00:00Z,Example,0.000000000002,1,USD,Usage\n"
        );

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(
            await bench.QueryAsync("select billed_cost, effective_cost, x_extra::varchar from cost_daily"),
            Is.EqualTo(["0.000000000003|1.01|{\"ProviderName\":\"Example\"}"])
        );
    }

    [Test]
    public async Task The_same_file_twice_leaves_an_identical_table()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-01", "B", "2"), ("2026-10-02", "A", "3"));
        const string table = "select * exclude (run_id, ingested_at) from cost_daily order by all";
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        var before = await bench.QueryAsync(table);
        bench.Time.Advance(TimeSpan.FromHours(1));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(await bench.QueryAsync(table), Is.EqualTo(before).And.Count.EqualTo(3));
    }

    [Test]
    public async Task A_line_removed_upstream_disappears_and_days_outside_the_file_stay()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-02", "A", "10"), ("2026-10-02", "B", "2"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts(("2026-10-02", "A", "10"));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1", "2026-10-02|A|10"]));
    }

    [Test]
    public async Task Two_files_do_not_wipe_each_other_unless_they_share_a_name()
    {
        bench.WriteFile("x/one.csv", PipelineBench.Costs(("2026-10-01", "A", "1")));
        bench.WriteFile("x/two.csv", PipelineBench.Costs(("2026-10-01", "A", "2")));
        await bench.RunAsync(PipelineBench.FocusItem("""{"path":"x/one.csv"}"""));
        await bench.RunAsync(PipelineBench.FocusItem("""{"path":"x/two.csv"}"""));
        Assert.That(await bench.CostsAsync(), Has.Count.EqualTo(2));

        await bench.RunAsync(PipelineBench.FocusItem("""{"path":"x/one.csv","source_account_id":"shared"}"""));
        await bench.RunAsync(PipelineBench.FocusItem("""{"path":"x/two.csv","source_account_id":"shared"}"""));

        Assert.That(
            await bench.QueryAsync("select source_account_id, sum(billed_cost) from cost_daily group by 1 order by 1"),
            Is.EqualTo(["shared|2", "x/one.csv|1", "x/two.csv|2"])
        );
    }

    [Test]
    public async Task From_and_to_narrow_the_window()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-02", "A", "2"), ("2026-10-03", "A", "3"));
        const string parameters = """{"path":"costs.csv","from":"2026-10-02","to":"2026-10-02"}""";

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem(parameters)));

        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-02|A|2"]));
        var run = (await bench.Reader.ListRunsAsync(PipelineBench.Dataset, 10, default)).Single();
        Assert.That(
            (run.Window!.From, run.Window.To, run.RowsRead, run.RowsWritten),
            Is.EqualTo((new LocalDate(2026, 10, 2), new LocalDate(2026, 10, 2), 3L, 1L))
        );
    }

    [Test]
    public async Task A_missing_required_column_is_schema_drift_that_names_it_and_leaves_the_old_data()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteFile(
            "costs.csv",
            "ChargePeriodStart,EffectiveCost,BillingCurrency,ChargeCategory\n2026-10-01,9,USD,Usage\n"
        );

        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.SchemaDrift));
        Assert.That(failed.Message, Does.Contain("BilledCost"));
        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
    }

    [TestCase("2026-10-01,A,x,1,USD,Usage", "Row 1, column BilledCost (billed_cost)")]
    [TestCase("2026-10-01,A,,1,USD,Usage", "Row 1, column BilledCost (billed_cost): has no value")]
    [TestCase("2026-13-01,A,1,1,USD,Usage", "ChargePeriodStart (usage_date)")]
    [TestCase("2026-10-01,A,1,1,EURO,Usage", "BillingCurrency")]
    [TestCase("2026-10-01,A,1,1,USD,Present", "ChargeCategory")]
    [TestCase("2026-10-01,A,1,1,USD", "Line 2")]
    [TestCase("2026-10-01,A,1,1,USD,Usage,extra", "Line 2")]
    [TestCase("2026-10-01,\"A,1,1,USD,Usage", "not CSV")]
    [TestCase("2026-10-01,A\"b\",1,1,USD,\"Us\"age", "not CSV")]
    public async Task A_row_that_does_not_fit_fails_the_load_and_says_where(string row, string where)
    {
        bench.WriteFile("costs.csv", PipelineBench.Costs() + row + "\n");

        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain(where));
    }

    [Test]
    public async Task A_final_day_that_shrinks_by_more_than_half_is_suspect_unless_forced()
    {
        bench.WriteCosts(("2026-09-01", "A", "6"), ("2026-09-01", "B", "4"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts(("2026-09-01", "A", "4.9"));

        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem()));
        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain("SUSPECT").And.Contain("2026-09-01").And.Contain("force"));
        Assert.That(await bench.CostsAsync(), Has.Count.EqualTo(2));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.csv","force":true}""")));
        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-09-01|A|4.9"]));
    }

    [Test]
    public async Task A_day_of_an_open_month_may_shrink()
    {
        bench.WriteCosts(("2026-11-01", "A", "6"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts(("2026-11-01", "A", "1"));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(await bench.QueryAsync("select billed_cost, is_estimated from cost_daily"), Is.EqualTo(["1|True"]));
    }

    [Test]
    public async Task An_empty_file_does_not_empty_what_stands_unless_forced()
    {
        bench.WriteCosts();
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts(("2026-11-01", "A", "6"));
        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));
        bench.WriteCosts();

        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem()));
        Assert.That(failed.Message, Does.Contain("SUSPECT"));
        Assert.That(await bench.CostsAsync(), Has.Count.EqualTo(1));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.csv","force":true}""")));
        Assert.That(await bench.CostsAsync(), Is.Empty);
    }

    [Test]
    public async Task More_than_twelve_places_are_rounded_and_still_reconcile()
    {
        bench.WriteCosts(("2026-10-01", "A", "0.1234567890125000001"), ("2026-10-02", "A", "1E-15"));

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem()));

        Assert.That(await bench.CostsAsync(), Is.EqualTo(["2026-10-01|A|0.123456789013", "2026-10-02|A|0"]));
    }

    [Test]
    public async Task Bounds_of_size_and_rows_have_clear_errors()
    {
        bench.WriteCosts(("2026-10-01", "A", "1"), ("2026-10-02", "A", "1"));
        var rows = PipelineBench.Failed(
            await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.csv","max_rows":1}"""))
        );
        bench.MaxBytes = 50;
        var bytes = PipelineBench.Failed(await bench.RunAsync(PipelineBench.FocusItem()));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Message, Is.EqualTo("The file has more than 1 rows."));
            Assert.That(bytes.Message, Does.Contain("at most 50"));
            Assert.That(
                (rows.ErrorType, bytes.ErrorType),
                Is.EqualTo((ErrorType.InvalidConfiguration, ErrorType.InvalidConfiguration))
            );
        }
    }

    [Test]
    public async Task A_Parquet_export_loads_like_a_CSV_export()
    {
        await using (var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "copy (select timestamptz '2026-10-01 05:00:00Z' as ChargePeriodStart, timestamp '2026-10-01' as BillingPeriodStart, "
                + "'S' as ServiceName, 1.000000000001::decimal(30, 15) as BilledCost, 0.1::double as EffectiveCost, 'USD' as BillingCurrency, "
                + "'Usage' as ChargeCategory, map {'b': 'x', 'a': 'y'} as Tags, 7 as Other) "
                + $"to '{bench.CustomerFolder}/costs.parquet' (format parquet)";
            await command.ExecuteNonQueryAsync();
        }

        PipelineBench.Completed(await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.parquet"}""")));

        Assert.That(
            await bench.QueryAsync(
                "select usage_date, service_name, billed_cost, effective_cost, tags, x_extra from cost_daily"
            ),
            Is.EqualTo(["2026-10-01|S|1.000000000001|0.1|{\"a\":\"y\",\"b\":\"x\"}|{\"Other\":\"7\"}"])
        );
    }

    [Test]
    public async Task A_file_that_only_claims_to_be_Parquet_is_schema_drift()
    {
        bench.WriteFile("costs.parquet", "nothing of the kind");

        var failed = PipelineBench.Failed(
            await bench.RunAsync(PipelineBench.FocusItem("""{"path":"costs.parquet"}"""))
        );

        Assert.That(
            (failed.ErrorType, failed.Message),
            Is.EqualTo((ErrorType.SchemaDrift, "The file cannot be read as Parquet."))
        );
    }

    private static decimal SumOf(string path, string column)
    {
        var header = Lines(path).First();
        var place = header.ToList().IndexOf(column);
        return Lines(path)
            .Skip(1)
            .Select(row => row[place])
            .Where(cell => cell is not ("" or "NULL"))
            .Sum(cell => decimal.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>A reader of its own, so that the test does not sum what the product parsed.</summary>
    private static IEnumerable<List<string>> Lines(string path)
    {
        var (cell, row, quoted) = (new System.Text.StringBuilder(), new List<string>(), false);
        foreach (var letter in File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && letter is (',' or '\n'))
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (letter == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
            else
            {
                cell.Append(letter);
            }
        }
    }
}
