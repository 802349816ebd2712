using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>What holds for the exports of every store alike. The run's day is the second of November 2026.</summary>
[TestFixture("AWS")]
[TestFixture("AZURE")]
[TestFixture("GCP")]
internal sealed class ExportTests(string provider) : IDisposable
{
    private const string Header =
        "ChargePeriodStart,BillingPeriodStart,ServiceName,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory\n";

    private readonly ProviderWorld world = new();
    private int deliveries;

    public void Dispose() => world.Dispose();

    [Test]
    public async Task Months_that_were_not_delivered_anew_are_not_loaded_again_and_one_that_was_is_loaded_whole_however_old()
    {
        Deliver("2026-03", ("2026-03-05", "1"), ("2026-03-06", "2"));
        Deliver("2026-10", ("2026-10-05", "4"));
        Deliver("2026-11", ("2026-11-01", "8"));
        PipelineBench.Completed(await RunAsync(("from", "2026-03-01"), ("to", "2026-03-01")));
        PipelineBench.Completed(await RunAsync());
        var before = world.Server(provider).Calls.Count;

        PipelineBench.Completed(await RunAsync());
        var looked = world.Server(provider).Calls.Count - before;
        Deliver("2026-03", ("2026-03-05", "1"), ("2026-03-06", "1.5"), ("2026-03-07", "3"));
        PipelineBench.Completed(await RunAsync());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(looked, Is.LessThanOrEqualTo(6), "the third run only looked for changes");
            Assert.That(
                await world.Bench.QueryAsync(
                    "select window_from, window_to, rows_read, rows_deleted, rows_written from x_meta_pipeline_runs order by lease_epoch"
                ),
                Is.EqualTo([
                    "2026-03-01|2026-03-31|2|0|2",
                    "2026-10-01|2026-11-30|2|0|2",
                    "2026-10-01|2026-11-30|0|0|0",
                    "2026-03-01|2026-03-31|3|2|3",
                ])
            );
            Assert.That(
                await CostsAsync(),
                Is.EqualTo(["2026-03-05|1", "2026-03-06|1.5", "2026-03-07|3", "2026-10-05|4", "2026-11-01|8"])
            );
        }
    }

    [Test]
    public async Task A_load_that_failed_leaves_the_month_to_the_next_run()
    {
        Deliver("2026-10", ("2026-10-05", "4"));
        PipelineBench.Completed(await RunAsync());
        Deliver("2026-10", ("2026-10-05", "1"));
        var suspect = PipelineBench.Failed(await RunAsync());

        PipelineBench.Completed(await RunAsync(("force", true)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(suspect.Message, Does.Contain("SUSPECT"));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-05|1"]));
        }
    }

    [Test]
    public async Task Days_that_are_named_are_loaded_again_although_nothing_has_changed()
    {
        Deliver("2026-10", ("2026-10-05", "4"));
        PipelineBench.Completed(await RunAsync());

        PipelineBench.Completed(await RunAsync(("from", "2026-10-05"), ("to", "2026-10-05")));

        Assert.That(
            await world.Bench.QueryAsync(
                "select rows_deleted, rows_written from x_meta_pipeline_runs order by lease_epoch"
            ),
            Is.EqualTo(["0|1", "1|1"])
        );
    }

    [Test]
    public async Task A_store_without_anything_of_the_export_is_not_found()
    {
        var failed = PipelineBench.Failed(await RunAsync());

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.ResourceNotFound));
    }

    [Test]
    public async Task A_file_that_is_unpacked_to_more_than_the_bound_is_refused()
    {
        world.Bench.Providers.MaxRunBytes = 100_000;
        var costs = Enumerable.Repeat(("2026-10-05", "4"), 10_000).ToArray();
        Deliver("2026-10", costs);

        var failed = PipelineBench.Failed(await RunAsync());

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.InvalidConfiguration, failed.Message)));
        Assert.That(failed.Message, Does.Contain("unpacked"));
    }

    [Test]
    public async Task Parquet_with_nested_columns_keeps_them()
    {
        var file = Path.Combine(world.Bench.CustomerFolder, "focus.parquet");
        await using (var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "copy (select timestamptz '2026-10-05 00:00:00+00' as ChargePeriodStart, 'EC2' as ServiceName, "
                + "123456789.0000000001::decimal(38, 10) as BilledCost, 1.25::decimal(20, 10) as EffectiveCost, 'USD' as BillingCurrency, "
                + "'Usage' as ChargeCategory, map {'team': 'core', 'env': 'prod'} as Tags, {'a': 1, 'b': ['x', 'y']} as x_Details) "
                + $"to '{file}' (format parquet)";
            await command.ExecuteNonQueryAsync();
        }
        Put("2026-10", "part_0_0001.snappy.parquet", await File.ReadAllBytesAsync(file));

        PipelineBench.Completed(await RunAsync());

        Assert.That(
            await world.Bench.QueryAsync("select usage_date, billed_cost, tags, x_extra->>'x_Details' from cost_daily"),
            Is.EqualTo(["""2026-10-05|123456789.0000000001|{"env":"prod","team":"core"}|{"a":1,"b":["x","y"]}"""])
        );
    }

    [Test]
    public async Task A_credential_that_may_not_read_is_named_by_its_kind_of_failure()
    {
        Deliver("2026-10", ("2026-10-05", "4"));
        world.Server(provider).FailAlways(403, "<Error/>", ("Content-Type", "application/xml"));

        var failed = PipelineBench.Failed(await RunAsync());

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.AuthorizationFailed));
    }

    private int epoch;

    private Task<PipelineResult> RunAsync(params (string Name, object Value)[] more)
    {
        var parameters = new Dictionary<string, object>();
        var place = provider switch
        {
            "AWS" => """{"bucket":"billing-bucket","prefix":"exports","export_name":"focus"}""",
            "AZURE" =>
                """{"storage_account":"acmebilling","container":"exports","directory":"costs","export_name":"focus"}""",
            _ => """{"bucket":"billing-exports","prefix":"focus"}""",
        };
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, object>>(place)!)
        {
            parameters[name] = value;
        }
        foreach (var (name, value) in more)
        {
            parameters[name] = value;
        }
        return world.RunAsync(provider, JsonSerializer.Serialize(parameters), template: "cost_export", epoch: ++epoch);
    }

    private void Deliver(string month, params (string Day, string Cost)[] costs)
    {
        var lines = costs.Select(cost => $"{cost.Day},{month}-01,S,{cost.Cost},{cost.Cost},USD,Usage\n");
        Put(month, "part_0_0001.csv.gz", ExportSample.Zip(Header + string.Concat(lines)));
    }

    private void Put(string month, string name, byte[] bytes)
    {
        deliveries++;
        switch (provider)
        {
            case "AWS":
                world.Aws.PutExport("exports/focus", month, (name, bytes));
                break;
            case "AZURE":
                world.Azure.PutExport(month, $"run-{deliveries.ToString(CultureInfo.InvariantCulture)}", (name, bytes));
                break;
            default:
                world.Gcp.Objects[$"focus/BILLING_PERIOD={month}/{name}"] = (deliveries, bytes);
                break;
        }
    }

    private Task<IReadOnlyList<string>> CostsAsync() =>
        world.Bench.QueryAsync("select usage_date, billed_cost from cost_daily order by 1");
}
