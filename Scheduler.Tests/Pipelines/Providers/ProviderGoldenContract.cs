using System.Globalization;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Pipelines.Providers.Servers;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>
/// Recorded payloads become rows of <c>cost_daily</c>: the expected rows and sums are computed here from the payload's own
/// text, by code that shares nothing with the product's.
/// </summary>
internal abstract class ProviderGoldenContract : IDisposable
{
    private const int Places = 12;
    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    protected abstract Task<ICostTable> OpenAsync(PipelineBench bench);

    [Test]
    public async Task OpenAI_costs()
    {
        var payload = Json("openai/costs.example.json");
        world.OpenAi.Costs.AddRange(Objects(payload["data"]!));

        var rows = await LoadAsync("OPENAI", """{"from":"2024-11-01","to":"2024-11-01"}""");

        Assert.That(rows, Is.EqualTo(["2024-11-01|null|OpenAI API|null|null|Usage|0.06|0.06|USD|null|False"]));
    }

    [Test]
    public async Task OpenAI_usage_with_its_partial_and_its_empty_buckets()
    {
        var buckets = Objects(
                JsonNode.Parse(File.ReadAllText(Path("openai/recorded-usage-completions.buckets-01-17.json")))!
            )
            .ToList();
        world.OpenAi.Usage.AddRange(buckets);
        world.OpenAi.PageSize = 5;

        var rows = await LoadAsync(
            "OPENAI",
            """{"from":"2025-01-11","to":"2025-01-27"}""",
            "OBSERVABILITY",
            "usage_tracking"
        );

        using (Assert.EnterMultipleScope())
        {
            foreach (var (metric, expected) in UsageOf(buckets))
            {
                Assert.That(Sum(rows.Where(row => row.Split('|')[4] == metric), 9), Is.EqualTo(expected), metric);
            }
            Assert.That(Sum(rows, 9), Is.EqualTo(UsageOf(buckets).Values.Sum()));
            Assert.That(
                rows.Where(row => row.EndsWith("|True", StringComparison.Ordinal)).Select(row => row[..10]).Distinct(),
                Is.EqualTo(["2025-01-11"]),
                "only the first bucket begins within a day"
            );
            Assert.That(Sum(rows, 6), Is.Zero);
            Assert.That(world.OpenAi.Calls, Has.Count.EqualTo(4));
        }
    }

    [Test]
    public async Task Claude_costs_are_cents()
    {
        world.Claude.Costs.AddRange(Objects(Json("anthropic/cost_report.example.json")["data"]!));

        var rows = await LoadAsync("CLAUDE", """{"from":"2025-08-01","to":"2025-08-01"}""");

        Assert.That(
            rows,
            Is.EqualTo([
                "2025-08-01|wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ|Claude API|claude-sonnet-4-20250514|"
                    + "Claude Sonnet 4 Usage - Input Tokens|Usage|1.2378912|1.2378912|USD|null|False",
            ])
        );
    }

    [Test]
    public async Task Claude_usage()
    {
        world.Claude.Usage.AddRange(Objects(Json("anthropic/usage_report_messages.example.json")["data"]!));

        var rows = await LoadAsync(
            "ANTHROPIC",
            """{"from":"2025-08-01","to":"2025-08-01"}""",
            "OBSERVABILITY",
            "usage_tracking"
        );

        const string start = "2025-08-01|wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ|Claude API|claude-opus-4-6|";
        Assert.That(
            rows,
            Is.EqualTo([
                $"{start}cache_creation.ephemeral_1h_input_tokens|Usage|0|0|USD|1000|False",
                $"{start}cache_creation.ephemeral_5m_input_tokens|Usage|0|0|USD|500|False",
                $"{start}cache_read_input_tokens|Usage|0|0|USD|200|False",
                $"{start}output_tokens|Usage|0|0|USD|500|False",
                $"{start}server_tool_use.web_search_requests|Usage|0|0|USD|10|False",
                $"{start}uncached_input_tokens|Usage|0|0|USD|1500|False",
            ])
        );
    }

    [Test]
    public async Task AWS_costs_of_a_month_by_service()
    {
        var days = Objects(Json("aws/cost-explorer/recorded-daily-by-service-2024-02.json")["ResultsByTime"]!).ToList();
        world.Aws.Days.AddRange(days);
        world.Aws.PageSize = 10;

        var rows = await LoadAsync("AWS", """{"from":"2024-02-01","to":"2024-02-29"}""");

        var expected = days.SelectMany(day =>
            Objects(day["Groups"]!)
                .Select(group =>
                {
                    var cost = Number(group["Metrics"]!["UnblendedCost"]!["Amount"]!.GetValue<string>());
                    return $"{day["TimePeriod"]!["Start"]}|{AwsServer.Account}|{group["Keys"]![0]}|null|null|Usage|{cost}|{cost}|USD|null|{day["Estimated"]!.GetValue<bool>()}";
                })
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Is.EqualTo(expected.Order(StringComparer.Ordinal)));
            Assert.That(Sum(rows, 6), Is.EqualTo(16.4910808573m));
            Assert.That(rows, Has.Count.EqualTo(295));
        }
    }

    [Test]
    public async Task Azure_costs_of_a_subscription()
    {
        world.Azure.CostColumn = "PreTaxCost";
        world.Azure.Recorded.Add(Body("azure/query/SubscriptionQuery.json"));

        var rows = await LoadAsync("AZURE", """{"from":"2018-03-31","to":"2018-04-29","cost_column":"PreTaxCost"}""");

        // The window is two months, and each has an actual and an amortized query: all four got the recorded page.
        var cells = Cells("azure/query/SubscriptionQuery.json");
        var perDay = cells
            .GroupBy(row => row[2])
            .ToDictionary(
                day => $"{day.Key[..4]}-{day.Key[4..6]}-{day.Key[6..]}",
                day => 2 * day.Sum(row => Rounded(row[0]))
            );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row[..10]), Is.EqualTo(perDay.Keys.Order()));
            foreach (var row in rows)
            {
                var columns = row.Split('|');
                Assert.That(Number(columns[6]), Is.EqualTo(Number($"{perDay[columns[0]]}")));
                Assert.That(columns[7], Is.EqualTo(columns[6]));
                Assert.That(columns[8], Is.EqualTo("USD"));
            }
        }
    }

    [Test]
    public async Task Azure_costs_of_a_billing_account_go_on_at_the_next_link()
    {
        world.Azure.CostColumn = "PreTaxCost";
        world.Azure.Recorded.Add(Body("azure/query/BillingAccountQuery.json"));
        // The second page has its columns in another order.
        var second = Body("azure/query/BillingAccountQuery.json");
        Reverse(second["properties"]!["columns"]!.AsArray());
        foreach (var row in second["properties"]!["rows"]!.AsArray())
        {
            Reverse(row!.AsArray());
        }
        world.Azure.Recorded.Add(second);

        var rows = await LoadAsync("AZURE", """{"from":"2018-03-31","to":"2018-03-31","cost_column":"PreTaxCost"}""");

        var total = 2 * Cells("azure/query/BillingAccountQuery.json").Sum(row => Rounded(row[0]));
        Assert.That(
            rows,
            Is.EqualTo([
                $"2018-03-31|null|null|null|null|Usage|{Number($"{total}")}|{Number($"{total}")}|USD|null|False",
            ])
        );
        Assert.That(world.Azure.Calls, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Azure_without_a_usage_date_is_schema_drift_that_names_it()
    {
        world.Azure.CostColumn = "PreTaxCost";
        world.Azure.Recorded.Add(Body("azure/query/MCABillingAccountQueryGrouping.json"));

        var failed = PipelineBench.Failed(
            await world.RunAsync("AZURE", """{"from":"2018-03-31","to":"2018-03-31","cost_column":"PreTaxCost"}""")
        );

        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain("UsageDate"));
    }

    [Test]
    public async Task GCP_costs_and_credits_have_rows_of_their_own()
    {
        var export = BillingExport.Read(Path("gcp/koku-billing-export-2020-11-08_2020-11-11.csv"));
        world.Gcp.Rows.AddRange(await export.QueriedAsync("2020-11-08", "2020-11-11"));

        var rows = await LoadAsync("GCP", """{"from":"2020-11-08","to":"2020-11-11"}""");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row[..10]).Distinct(), Is.EqualTo(export.Days));
            foreach (var day in export.Days)
            {
                var ofDay = rows.Where(row => row.StartsWith(day, StringComparison.Ordinal)).ToList();
                var (usage, credits) = (
                    ofDay.Where(row => row.Split('|')[5] == "Usage"),
                    ofDay.Where(row => row.Split('|')[5] == "Credit")
                );
                Assert.That(Sum(usage, 6), Is.EqualTo(export.CostOf(day)), day);
                Assert.That(Sum(credits, 6), Is.EqualTo(export.CreditsOf(day)), day);
                Assert.That(Sum(ofDay, 6), Is.Zero, $"{day}: the credits cancel the costs");
            }
            Assert.That(export.Days.Select(export.CostOf).Order(), Is.EqualTo([0m, 0.000005m, 0.000011m, 0.000016m]));
        }
    }

    [Test]
    public async Task AWS_lines_of_a_cost_and_usage_report()
    {
        var report = ExportSample.OfReport(Path("aws/cur/sample-anonymous-aws-export.rows-1-100.csv"));
        world.Aws.PutExport("cur", "2023-11", ("cur-1.csv.gz", ExportSample.Zip(report.Text)));

        var rows = await LoadAsync(
            "AWS",
            """{"bucket":"billing-bucket","export_name":"cur","from":"2023-11-01","to":"2023-11-30"}""",
            template: "cost_export_cur"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Sum(rows, 6), Is.EqualTo(report.Sum("line_item_unblended_cost")));
            Assert.That(Sum(rows, 7), Is.EqualTo(report.Sum("line_item_unblended_cost")), "no commitments are in it");
            Assert.That(
                Sum(rows.Where(row => row.Split('|')[5] == "Tax"), 6),
                Is.EqualTo(report.Sum("line_item_unblended_cost", line => line["line_item_line_item_type"] == "Tax"))
            );
            Assert.That(rows.Select(row => row.Split('|')[5]).Distinct(), Is.EquivalentTo(["Tax", "Usage"]));
            Assert.That(rows.Select(row => row[..7]).Distinct(), Is.EqualTo(["2023-11"]));
        }
    }

    [TestCase("2023-06-01.csv")]
    [TestCase("2023-06-01-not-final.csv")]
    public async Task AWS_usage_under_a_savings_plan_costs_what_the_plan_says(string file)
    {
        // The recorded lines have no currency.
        var report = ExportSample.OfReport(Path($"aws/cur/{file}"), ("line_item_currency_code", "USD"));
        world.Aws.PutExport("cur", "2023-06", ("cur-1.csv", report.Bytes));

        var rows = await LoadAsync(
            "AWS",
            """{"bucket":"billing-bucket","export_name":"cur","from":"2023-06-01","to":"2023-06-30"}""",
            template: "cost_export_cur"
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Sum(rows, 6), Is.EqualTo(report.Sum("line_item_unblended_cost")).And.EqualTo(30));
            Assert.That(
                Sum(rows, 7),
                Is.EqualTo(report.Sum("savings_plan_savings_plan_effective_cost")).And.EqualTo(0.3m)
            );
        }
    }

    [Test]
    public async Task Azure_FOCUS_export_from_its_container()
    {
        var export = ExportSample.OfFocus(Path("focus/sample-1.0/microsoft.first-25.csv"));
        var month = export.Lines[0]["ChargePeriodStart"]![..7];
        world.Azure.PutExport(month, "run-1", ("part_0_0001.csv.gz", ExportSample.Zip(export.Text)));

        var rows = await LoadAsync(
            "AZURE",
            $$"""{"storage_account":"acmebilling","container":"exports","directory":"costs","export_name":"focus","from":"{{month}}-01","to":"{{month}}-01"}""",
            template: "cost_export"
        );

        AssertFocus(rows, export);
    }

    [Test]
    public async Task GCP_FOCUS_export_from_its_bucket()
    {
        // No FOCUS sample of Google's is public: the format is the same whoever wrote it.
        var export = ExportSample.OfFocus(Path("focus/sample-1.0/aws.first-60.csv"));
        var month = export.Lines[0]["ChargePeriodStart"]![..7];
        world.Gcp.Objects[$"focus/BILLING_PERIOD={month}/000000000000.csv"] = (1, export.Bytes);

        var rows = await LoadAsync(
            "GCP",
            $$"""{"bucket":"billing-exports","prefix":"focus","from":"{{month}}-01","to":"{{month}}-01"}""",
            template: "cost_export"
        );

        AssertFocus(rows, export);
    }

    private static void AssertFocus(IReadOnlyList<string> rows, ExportSample export)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Sum(rows, 6), Is.EqualTo(export.Sum("BilledCost")));
            Assert.That(Sum(rows, 7), Is.EqualTo(export.Sum("EffectiveCost")));
            Assert.That(
                rows.Select(row => row.Split('|')[2]).Distinct(),
                Is.EquivalentTo(export.Lines.Select(line => line["ServiceName"] ?? "null").Distinct())
            );
        }
    }

    private async Task<IReadOnlyList<string>> LoadAsync(
        string provider,
        string parameters,
        string domain = "COST",
        string template = "cost_billing"
    )
    {
        await using var table = await OpenAsync(world.Bench);
        world.Bench.Writer = table.Writer;
        var own = provider == "ANTHROPIC" ? "CLAUDE" : provider;
        var item = await world.ItemAsync(own, parameters, domain, template);
        PipelineBench.Completed(await world.Bench.RunAsync(item with { Provider = provider }));
        world.NobodyComplained();
        return await table.RowsAsync();
    }

    /// <summary>What the counters of the recorded usage add up to.</summary>
    private static Dictionary<string, decimal> UsageOf(IEnumerable<JsonObject> buckets)
    {
        var sums = new Dictionary<string, decimal>();
        foreach (var result in buckets.SelectMany(bucket => Objects(bucket["results"]!)))
        {
            decimal Count(string name) => result[name]?.GetValue<decimal>() ?? 0;
            void Add(string name, decimal count) => sums[name] = sums.GetValueOrDefault(name) + count;
            Add("input_uncached_tokens", Count("input_tokens") - Count("input_cached_tokens"));
            Add("input_cached_tokens", Count("input_cached_tokens"));
            Add("output_tokens", Count("output_tokens"));
            Add("input_audio_tokens", Count("input_audio_tokens"));
            Add("output_audio_tokens", Count("output_audio_tokens"));
            Add("num_model_requests", Count("num_model_requests"));
        }
        return sums;
    }

    private static string Path(string name) => Fixtures.Require($"providers/{name}");

    private static JsonObject Json(string name) => JsonNode.Parse(File.ReadAllText(Path(name)))!.AsObject();

    private static JsonObject Body(string name) => Json(name)["responses"]!["200"]!["body"]!.DeepClone().AsObject();

    private static List<List<string>> Cells(string name) =>
        [
            .. Body(name)["properties"]!["rows"]!
                .AsArray()
                .Select(row => row!.AsArray().Select(cell => cell!.ToJsonString().Trim('"')).ToList()),
        ];

    private static void Reverse(JsonArray list)
    {
        var items = list.ToList();
        list.Clear();
        items.Reverse();
        items.ForEach(list.Add);
    }

    private static IEnumerable<JsonObject> Objects(JsonNode list) =>
        list.AsArray().Select(item => item!.DeepClone().AsObject());

    private static decimal Sum(IEnumerable<string> rows, int column) =>
        rows.Sum(row => decimal.Parse(row.Split('|')[column], NumberStyles.Float, CultureInfo.InvariantCulture));

    private static decimal Rounded(string number) =>
        decimal.Round(decimal.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), Places);

    /// <summary>Without zeros at its end, as rows have it.</summary>
    private static string Number(string number) =>
        Rounded(number).ToString("0.############", CultureInfo.InvariantCulture);
}
