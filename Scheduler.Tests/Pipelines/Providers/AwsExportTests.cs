using System.Globalization;
using System.IO.Compression;
using System.Text;
using DuckDB.NET.Data;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class AwsExportTests : IDisposable
{
    private const string Folder = "exports/focus";
    private const string Header =
        "ChargePeriodStart,BillingPeriodStart,ServiceName,BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,x_Discounts\n";

    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    [Test]
    public async Task A_real_FOCUS_export_loads_with_the_sums_of_its_files()
    {
        // Real exports leave a cell empty where the published sample has the word NULL.
        var lines = (await File.ReadAllTextAsync(Fixtures.Require("providers/focus/sample-1.0/aws.first-60.csv")))
            .Replace("NULL", "", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (first, second) = (lines.Take(31), lines.Skip(31).Prepend(lines[0]));
        Put(
            "2024-09",
            ("focus-1.csv.gz", Zip(string.Join('\n', first))),
            ("focus-2.csv", Bytes(string.Join('\n', second)))
        );

        PipelineBench.Completed(await RunAsync("2024-09-01", "2024-09-30"));

        var copy = Path.Combine(world.Bench.CustomerFolder, "all.csv");
        await File.WriteAllLinesAsync(copy, lines);
        Assert.That(
            await world.Bench.QueryAsync(
                "select sum(billed_cost), sum(effective_cost), sum(list_cost) from cost_daily"
            ),
            Is.EqualTo(await SumsAsync(copy))
        );
        Assert.That(
            await world.Bench.QueryAsync("select distinct provider, template, source_account_id from cost_daily"),
            Is.EqualTo(["AWS|cost_export|123456789012"])
        );
    }

    [Test]
    public async Task A_month_is_replaced_whole_and_what_it_charges_for_earlier_days_is_its_first_day_s()
    {
        Put(
            "2026-10",
            (
                "a-1.csv.gz",
                Zip(
                    Header
                        + "2026-10-05T00:00:00Z,2026-10-01T00:00:00Z,S3,4,3,USD,Usage,0.5\n"
                        + "2026-08-20T00:00:00Z,2026-10-01T00:00:00Z,S3,-1,-1,USD,Credit,\n"
                )
            )
        );
        PipelineBench.Completed(await RunAsync("2026-10-01", "2026-10-31"));
        Assert.That(
            await world.Bench.QueryAsync(
                "select usage_date, charge_category, billed_cost, x_extra from cost_daily order by 1"
            ),
            Is.EqualTo([
                "2026-10-01|Credit|-1|{\"ChargePeriodStart\":\"2026-08-20T00:00:00Z\"}",
                "2026-10-05|Usage|4|{\"ChargePeriodStart\":\"2026-10-05T00:00:00Z\",\"x_Discounts\":\"0.5\"}",
            ])
        );
        Put("2026-10", ("b-1.csv.gz", Zip(Header + "2026-10-06T00:00:00Z,2026-10-01T00:00:00Z,S3,9,9,USD,Usage,\n")));

        PipelineBench.Completed(await RunAsync("2026-10-01", "2026-10-31", force: true));

        Assert.That(
            await world.Bench.QueryAsync("select usage_date, billed_cost from cost_daily"),
            Is.EqualTo(["2026-10-06|9"])
        );
    }

    [Test]
    public async Task Parquet_files_are_read_too()
    {
        var file = Path.Combine(world.Bench.CustomerFolder, "focus.parquet");
        await using (var connection = new DuckDBConnection("DataSource=:memory:"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText =
                "copy (select timestamp '2026-10-05 00:00:00' as ChargePeriodStart, 'EC2' as ServiceName, 1.5::decimal(20, 10) as BilledCost, "
                + "1.25::decimal(20, 10) as EffectiveCost, 'USD' as BillingCurrency, 'Usage' as ChargeCategory) "
                + $"to '{file}' (format parquet)";
            await command.ExecuteNonQueryAsync();
        }
        Put("2026-10", ("focus-1.snappy.parquet", await File.ReadAllBytesAsync(file)));

        PipelineBench.Completed(await RunAsync("2026-10-01", "2026-10-31"));

        Assert.That(
            await world.Bench.QueryAsync(
                "select usage_date, service_name, billed_cost, effective_cost from cost_daily"
            ),
            Is.EqualTo(["2026-10-05|EC2|1.5|1.25"])
        );
    }

    [Test]
    public async Task A_month_without_an_export_is_passed_over_and_a_bucket_without_any_is_not_found()
    {
        var failed = PipelineBench.Failed(await RunAsync("2026-10-01", "2026-11-02"));
        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.ResourceNotFound));

        Put("2026-10", ("a.csv", Bytes(Header + "2026-10-05,2026-10-01,S3,4,3,USD,Usage,\n")));
        PipelineBench.Completed(await RunAsync("2026-10-01", "2026-11-02"));

        Assert.That(await world.Bench.QueryAsync("select billed_cost from cost_daily"), Is.EqualTo(["4"]));
    }

    [TestCase("s3://another-bucket/exports/focus/data/a.csv")]
    [TestCase("exports/other/data/a.csv")]
    [TestCase("s3://billing-bucket/exports/focus/data/../../secret.csv")]
    public async Task A_manifest_that_names_files_elsewhere_is_refused(string file)
    {
        world.Aws.Objects[ManifestKey("2026-10")] = Bytes($$"""{"dataFiles":["{{file}}"]}""");

        var failed = PipelineBench.Failed(await RunAsync("2026-10-01", "2026-10-31"));

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain("dataFiles"));
        Assert.That(world.Aws.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_file_that_is_missing_or_no_gzip_loads_nothing()
    {
        Put("2026-10", ("a.csv.gz", Bytes("not gzip")));
        var broken = PipelineBench.Failed(await RunAsync("2026-10-01", "2026-10-31"));
        world.Aws.Objects.Remove($"billing-bucket/{Folder}/data/BILLING_PERIOD=2026-10/a.csv.gz");
        var missing = PipelineBench.Failed(await RunAsync("2026-10-01", "2026-10-31"));

        Assert.That(
            (broken.ErrorType, missing.ErrorType),
            Is.EqualTo((ErrorType.SchemaDrift, ErrorType.ServiceUnavailable))
        );
    }

    [TestCase("bucket", "Not_A_Bucket")]
    [TestCase("bucket", "../evil")]
    [TestCase("prefix", "a/../b")]
    [TestCase("export_name", "a/b")]
    [TestCase("region", "evil.example/")]
    public async Task A_place_of_another_form_is_not_asked_for(string option, string value)
    {
        var failed = PipelineBench.Failed(await RunAsync("2026-10-01", "2026-10-31", (option, value)));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
        Assert.That(failed.Message, Does.Contain(option));
        Assert.That(world.Aws.AllCalls, Is.Empty);
    }

    private Task<Core.Pipelines.PipelineResult> RunAsync(
        string from,
        string to,
        (string Name, string Value)? other = null,
        bool force = false
    )
    {
        var parameters = new Dictionary<string, object>
        {
            ["bucket"] = "billing-bucket",
            ["prefix"] = "exports",
            ["export_name"] = "focus",
            ["from"] = from,
            ["to"] = to,
            ["force"] = force,
        };
        if (other is var (name, value))
        {
            parameters[name] = value;
        }
        return world.RunAsync("AWS", System.Text.Json.JsonSerializer.Serialize(parameters), template: "cost_export");
    }

    private void Put(string month, params (string Name, byte[] Bytes)[] files)
    {
        var data = $"{Folder}/data/BILLING_PERIOD={month}";
        foreach (var (name, bytes) in files)
        {
            world.Aws.Objects[$"billing-bucket/{data}/{name}"] = bytes;
        }
        var names = files.Select(file => $"\"s3://billing-bucket/{data}/{file.Name}\"");
        world.Aws.Objects[ManifestKey(month)] = Bytes(
            $$"""{"executionId":"1","dataFiles":[{{string.Join(',', names)}}],"columns":[]}"""
        );
    }

    private static string ManifestKey(string month) =>
        $"billing-bucket/{Folder}/metadata/BILLING_PERIOD={month}/focus-Manifest.json";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Zip(string text)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            zip.Write(Bytes(text));
        }
        return zipped.ToArray();
    }

    /// <summary>The sums of the file by another reader.</summary>
    private static async Task<IReadOnlyList<string>> SumsAsync(string path)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select sum(BilledCost::decimal(38, 12)), sum(EffectiveCost::decimal(38, 12)), sum(ListCost::decimal(38, 12)) "
            + $"from read_csv('{path}', all_varchar = true, header = true)";
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return
        [
            string.Join(
                '|',
                Enumerable
                    .Range(0, 3)
                    .Select(place => reader.GetDecimal(place).ToString("0.############", CultureInfo.InvariantCulture))
            ),
        ];
    }
}
