using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Storage.BigQuery.Emulator;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery;

/// <summary>The scripts of a customer's dataset, executed as they stand.</summary>
internal sealed class TenantDatasetScriptTests
{
    private const string Name = "acme";
    private const int MostTries = 20;

    private static readonly SqlText Sql = SqlText.Load("bigquery", "tenant_dataset");
    private static readonly Instant Now = Instant.FromUtc(2026, 10, 3, 7, 0);
    private static readonly LocalDate First = new(2026, 10, 1);
    private static readonly LocalDate Last = new(2026, 10, 2);

    private EmulatedDataset dataset = new(Name);

    [SetUp]
    public async Task MakeAsync()
    {
        dataset = new EmulatedDataset(Name);
        await RunAsync("create_tables", new SqlArguments());
    }

    [Test]
    public async Task Tables_made_again_have_one_row_to_conflict_on()
    {
        await RunAsync("create_tables", new SqlArguments());

        Assert.That(await QueryAsync("select count(*) from x_meta_fences"), Is.EqualTo(["1"]));
    }

    [Test]
    public async Task A_load_replaces_its_window_and_writes_its_log()
    {
        await LoadAsync("one", Load.Of(1), Line(First, "A", "1"), Line(Last, "A", "2"));

        var loaded = await LoadAsync("two", Load.Of(2), Line(First, "A", "1.5"), Line(Last, "B", "2.000000000001"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((loaded["outcome"], loaded["inserted"], loaded["deleted"]), Is.EqualTo(("LOADED", 2L, 2L)));
            Assert.That(
                await CostsAsync(),
                Is.EqualTo(["2026-10-01|A|1.5|two", "2026-10-02|B|2.000000000001|two"]),
                "twelve places are kept"
            );
            Assert.That(
                await QueryAsync(
                    "select concat(run_id, '|', rows_deleted, '|', rows_written, '|', cast(billed_total as string)) "
                        + "from x_meta_pipeline_runs order by run_id"
                ),
                Is.EqualTo(["one|0|2|3", "two|2|2|3.500000000001"])
            );
            Assert.That(
                await QueryAsync(
                    "select concat(step, '|', rows_in, '|', rows_out) from x_meta_step_logs "
                        + "where pipeline_logging_id = 'two-1' order by step_number"
                ),
                Is.EqualTo(["extract|0|2", "load|2|2"])
            );
        }
    }

    [Test]
    public async Task Only_the_window_under_the_own_key_is_replaced()
    {
        await LoadAsync("one", Load.Of(1), Line(First, "A", "1"), Line(Last, "A", "2"));
        await LoadAsync("other", Load.Of(1) with { Account = "other" }, Line(First, "C", "5"));

        await LoadAsync("two", Load.Of(2) with { From = Last, To = Last, Force = true }, Line(Last, "A", "3"));

        Assert.That(
            await CostsAsync(),
            Is.EqualTo(["2026-10-01|A|1|one", "2026-10-01|C|5|other", "2026-10-02|A|3|two"])
        );
    }

    [TestCase(1, 3, 9, TestName = "An older scheduled time")]
    [TestCase(2, 0, 9, TestName = "An older attempt")]
    [TestCase(2, 1, 4, TestName = "An older lease")]
    public async Task A_stale_load_writes_nothing(int hour, int attempt, int epoch)
    {
        await LoadAsync("one", Load.Of(2) with { Attempt = 1, Epoch = 5 }, Line(First, "A", "1"));

        var stale = await LoadAsync(
            "late",
            Load.Of(hour) with
            {
                Attempt = attempt,
                Epoch = epoch,
            },
            Line(First, "A", "2")
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(stale["outcome"], Is.EqualTo("STALE"));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1|one"]));
            Assert.That(
                await QueryAsync(
                    "select concat(retry_attempt, '|', lease_epoch) from x_meta_fences where provider <> ''"
                ),
                Is.EqualTo(["1|5"])
            );
            Assert.That(await QueryAsync("select run_id from x_meta_pipeline_runs"), Is.EqualTo(["one"]));
        }
    }

    [Test]
    public async Task The_same_execution_may_load_again()
    {
        await LoadAsync("one", Load.Of(1), Line(First, "A", "1"));

        var again = await LoadAsync("one", Load.Of(1), Line(First, "A", "1"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again["outcome"], Is.EqualTo("LOADED"));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1|one"]));
        }
    }

    [Test]
    public async Task First_loads_at_once_leave_one_fence_and_the_rows_of_the_newest()
    {
        var hours = Enumerable.Range(1, 4).ToArray();
        foreach (var hour in hours)
        {
            await StageAsync($"r{hour}", Line(First, "A", $"{hour}"));
        }

        await Task.WhenAll(
            hours.Select(hour =>
                Task.Run(() => LoadStagedAsync($"r{hour}", Load.Of(hour) with { Force = true }, $"{hour}", 1))
            )
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|4|r4"]));
            Assert.That(await QueryAsync("select count(*) from x_meta_fences where provider <> ''"), Is.EqualTo(["1"]));
        }
    }

    [Test]
    public async Task Lines_with_one_hash_become_one_row_with_the_fields_they_agree_on()
    {
        var line = Line(First, "A", "1");

        await LoadAsync(
            "one",
            Load.Of(1),
            line with
            {
                Extra = "\"zone\":\"z\"\n\"note\":\"x\"\n\"note\":\"x\"",
                Tags = """{"team":"core"}""",
            },
            line with
            {
                Extra = "\"zone\":\"z\"\n\"other\":\"x\"",
                Tags = """{"team":"core"}""",
                BilledCost = "0.25",
                IsEstimated = true,
            },
            Line(First, "B", "1") with
            {
                Extra = "\"zone\":\"z\"",
            },
            Line(First, "B", "1")
        );

        Assert.That(
            await QueryAsync(
                "select concat(service_name, '|', cast(billed_cost as string), '|', is_estimated, '|', "
                    + "if(tags is null, '-', to_json_string(tags)), '|', if(x_extra is null, '-', to_json_string(x_extra))) "
                    + "from cost_daily order by service_name"
            ),
            Is.EqualTo(["""A|1.25|true|{"team":"core"}|{"zone":"z"}""", "B|2|false|-|-"])
        );
    }

    [Test]
    public async Task A_batch_that_came_twice_counts_once()
    {
        var line = Line(First, "A", "1");
        await StageAsync("one", line);
        await StageAsync("one", line);

        var loaded = await LoadStagedAsync("one", Load.Of(1), "1", 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((loaded["outcome"], loaded["inserted"]), Is.EqualTo(("LOADED", 1L)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1|one"]));
        }
    }

    [Test]
    public async Task What_is_staged_must_be_what_was_extracted()
    {
        await StageAsync("one", Line(First, "A", "1"));
        var fewer = await LoadStagedAsync("one", Load.Of(1), "1", 2);
        var less = await LoadStagedAsync("one", Load.Of(1), "1.1", 1);
        var rounded = await LoadStagedAsync("one", Load.Of(1) with { Allowance = "0.1" }, "1.1", 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((fewer["outcome"], less["outcome"]), Is.EqualTo(("UNRECONCILED", "UNRECONCILED")));
            Assert.That(less["staged_total"], Is.EqualTo("1"));
            Assert.That(rounded["outcome"], Is.EqualTo("LOADED"));
        }
    }

    [Test]
    public async Task Lines_outside_the_window_are_refused_with_their_days()
    {
        var refused = await LoadAsync("one", Load.Of(1), Line(First.PlusDays(-1), "A", "1"), Line(Last, "A", "1"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((refused["outcome"], refused["outside_rows"]), Is.EqualTo(("OUTSIDE_WINDOW", 1L)));
            Assert.That((refused["first_day"], refused["last_day"]), Is.EqualTo(("2026-09-30", "2026-09-30")));
            Assert.That(await CostsAsync(), Is.Empty);
            Assert.That(
                await QueryAsync("select count(*) from x_meta_fences where provider <> ''"),
                Is.EqualTo(["0"]),
                "a refused load moves no fence"
            );
        }
    }

    [Test]
    public async Task A_window_that_would_lose_too_much_is_suspect_unless_forced()
    {
        await LoadAsync("one", Load.Of(1), Line(First, "A", "10"), Line(Last, "A", "-10"));

        var emptied = await LoadAsync("two", Load.Of(2));
        var vanished = await LoadAsync("three", Load.Of(2), Line(First, "A", "10"));
        var shrunken = await LoadAsync("four", Load.Of(2), Line(First, "A", "4.9"), Line(Last, "A", "-4"));
        var smaller = await LoadAsync("five", Load.Of(2), Line(First, "A", "5"), Line(Last, "A", "-10"));
        var forced = await LoadAsync("six", Load.Of(3) with { Force = true, From = null, To = null });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Suspicion(emptied), Is.EqualTo(("SUSPECT", (object?)null, "20", "0")));
            Assert.That(Suspicion(vanished), Is.EqualTo(("SUSPECT", "2026-10-02", "10", "0")));
            Assert.That(Suspicion(shrunken), Is.EqualTo(("SUSPECT", "2026-10-01", "10", "4.9")));
            Assert.That(smaller["outcome"], Is.EqualTo("LOADED"));
            Assert.That((forced["outcome"], forced["deleted"]), Is.EqualTo(("LOADED", 2L)));
            Assert.That(await CostsAsync(), Is.Empty);
        }
    }

    [Test]
    public async Task A_day_that_is_estimated_may_shrink()
    {
        await LoadAsync("one", Load.Of(1), Line(First, "A", "10") with { IsEstimated = true });

        var loaded = await LoadAsync("two", Load.Of(2), Line(First, "A", "1"));

        Assert.That(loaded["outcome"], Is.EqualTo("LOADED"));
    }

    [Test]
    public async Task What_was_staged_is_taken_out_and_nothing_else()
    {
        await StageAsync("one", Line(First, "A", "1"));
        await StageAsync("two", Line(First, "A", "1"));

        var removed = await RunAsync("unstage", new SqlArguments().With("loadId", "one"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(removed[0]["removed"], Is.EqualTo(1));
            Assert.That(await QueryAsync("select load_id from x_meta_staged_lines"), Is.EqualTo(["two"]));
        }
    }

    [Test]
    public async Task Readers_see_costs_and_runs_and_whether_there_are_any()
    {
        var before = await RunAsync("is_empty", new SqlArguments());
        await LoadAsync("one", Load.Of(1), Line(First, "A", "1"), Line(Last, "B", "2"), Line(Last, "A", "0.5"));
        await RunAsync(
            "record",
            new SqlArguments()
                .WithRows<RunRow>(
                    "runs",
                    [Run("two", null) with { Status = "FAILED", StartTime = Now.Plus(Duration.FromHours(1)) }]
                )
                .WithRows<StepRow>("steps", [new("two-1", 1, "extract", null)])
        );

        var all = await RunAsync(
            "cost_by_service",
            new SqlArguments().With("from", (LocalDate?)null).With("to", (LocalDate?)null)
        );
        var day = await RunAsync("cost_by_service", new SqlArguments().With("from", First).With("to", First));
        var runs = await RunAsync("list_runs", new SqlArguments().With("limit", 10));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before[0]["is_empty"], Is.EqualTo(1));
            Assert.That((await RunAsync("is_empty", new SqlArguments()))[0]["is_empty"], Is.Zero);
            Assert.That(
                all.Select(row =>
                    $"{row["service"]}|{row["currency"]}|{row["billed"]}|{row["effective"]}|{row["line_count"]}"
                ),
                Is.EqualTo(["B|USD|2|2|1", "A|USD|1.5|1.5|2"])
            );
            Assert.That(day.Select(row => $"{row["service"]}|{row["billed"]}"), Is.EqualTo(["A|1"]));
            Assert.That(
                runs.Select(row => $"{row["run_id"]}|{row["status"]}|{row["rows_written"]}"),
                Is.EqualTo(["two|FAILED|0", "one|COMPLETED|3"])
            );
        }
    }

    private static (object?, object?, object?, object?) Suspicion(IReadOnlyDictionary<string, object?> answer) =>
        (answer["outcome"], answer["suspect_day"], answer["cost_before"], answer["cost_after"]);

    private async Task<IReadOnlyDictionary<string, object?>> LoadAsync(string id, Load load, params StagedRow[] lines)
    {
        await StageAsync(id, lines);
        var total = lines.Sum(line => decimal.Parse(line.BilledCost, CultureInfo.InvariantCulture));
        return await LoadStagedAsync(id, load, total.ToString(CultureInfo.InvariantCulture), lines.Length);
    }

    private async Task StageAsync(string id, params StagedRow[] lines) =>
        await RunAsync(
            "stage",
            new SqlArguments().With("loadId", id).With("batch", 0).With("now", Now).WithRows<StagedRow>("rows", lines)
        );

    private async Task<IReadOnlyDictionary<string, object?>> LoadStagedAsync(
        string id,
        Load load,
        string total,
        int rows
    ) =>
        (
            await RunAsync(
                "load",
                new SqlArguments()
                    .With("loadId", id)
                    .With("provider", "file")
                    .With("domain", "cost")
                    .With("template", "focus")
                    .With("sourceAccountId", load.Account)
                    .With("isFindings", false)
                    .WithRows<DayRow>("days", load.Days)
                    .With("standingDays", load.From is null)
                    .With("claimedAt", load.ClaimedAt)
                    .With("scheduledTime", load.ScheduledTime)
                    .With("retryAttempt", load.Attempt)
                    .With("leaseEpoch", load.Epoch)
                    .With("extractedRows", rows)
                    .With("extractedTotal", total)
                    .With("roundingAllowance", load.Allowance)
                    .With("shrinkPercent", 50)
                    .With("force", load.Force)
                    .With("runId", id)
                    .With("templateVersion", "1")
                    .With("ingestedAt", Now)
                    .WithRows<MarkRow>("watermarks", load.Marks)
                    .WithRows<RunRow>("runs", [Run(id, total)])
                    .WithRows<StepRow>(
                        "steps",
                        [new($"{id}-1", 1, "extract", rows), new($"{id}-1", 2, "load", null) { RowsIn = rows }]
                    )
            )
        )[0];

    /// <summary>As the engine does it: what was cancelled because of another is tried again.</summary>
    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> RunAsync(
        string name,
        SqlArguments arguments
    )
    {
        var statement = Sql.Find(name);
        var parameters = BigQueryValues
            .ToParameters(statement, arguments)
            .Select(sent =>
            {
                var type = SqlValues.TypeOf(sent!["parameterType"]!.AsObject());
                return (
                    (string)sent["name"]!,
                    type,
                    SqlValues.FromParameter(type, sent["parameterValue"] as JsonObject)
                );
            })
            .ToList();
        var server = await ZetaSqlServer.SharedAsync();
        var text = statement.Text.Replace("{dataset}", Name, StringComparison.Ordinal);
        for (var tries = 1; ; tries++)
        {
            try
            {
                return Rows(await ScriptRun.ExecuteAsync(server, dataset, text, parameters));
            }
            catch (SqlFailure failure)
                when (tries < MostTries && failure.Message.Contains("concurrent", StringComparison.Ordinal))
            {
                await Task.Yield();
            }
        }
    }

    private static List<IReadOnlyDictionary<string, object?>> Rows(QueryOutcome outcome) =>
        [
            .. outcome.Rows.Select(row =>
                outcome
                    .Columns.Zip(row.Cell, (column, cell) => (column.Name, Value: SqlValues.ToPlain(column.Type, cell)))
                    .ToDictionary(cell => cell.Name, cell => cell.Value)
            ),
        ];

    private async Task<IEnumerable<string>> QueryAsync(string query) =>
        Rows(await ScriptRun.ExecuteAsync(await ZetaSqlServer.SharedAsync(), dataset, query, []))
            .Select(row => $"{row.Values.Single()}");

    private Task<IEnumerable<string>> CostsAsync() =>
        QueryAsync(
            "select concat(cast(usage_date as string), '|', service_name, '|', cast(billed_cost as string), '|', run_id) "
                + "from cost_daily order by usage_date, service_name"
        );

    private static StagedRow Line(LocalDate day, string service, string cost) =>
        new()
        {
            LineHash = $"{day}/{service}",
            UsageDate = day,
            BillingPeriod = new LocalDate(day.Year, day.Month, 1),
            ServiceName = service,
            BilledCost = cost,
            EffectiveCost = cost,
        };

    private static RunRow Run(string id, string? total) =>
        new()
        {
            PipelineLoggingId = $"{id}-1",
            RunId = id,
            BilledTotal = total,
        };

    private sealed record Load(Instant ScheduledTime)
    {
        public string Account { get; init; } = "account";
        public LocalDate? From { get; init; } = First;
        public LocalDate? To { get; init; } = Last;
        public int Attempt { get; init; }
        public int Epoch { get; init; } = 1;
        public bool Force { get; init; }
        public string Allowance { get; init; } = "0";

        /// <summary>All at once, so that the scheduled time decides.</summary>
        public Instant ClaimedAt { get; init; } = Now;
        public IReadOnlyList<MarkRow> Marks { get; init; } = [];

        public IReadOnlyList<DayRow> Days =>
            From is { } from && To is { } to ? [.. new DayWindow(from, to).Days().Select(day => new DayRow(day))] : [];

        public static Load Of(int hour) => new(Now.Plus(Duration.FromHours(hour)));
    }

    private sealed record StagedRow
    {
        public required string LineHash { get; init; }
        public required LocalDate UsageDate { get; init; }
        public required LocalDate BillingPeriod { get; init; }
        public required string ServiceName { get; init; }
        public string ChargeCategory { get; init; } = "Usage";
        public required string BilledCost { get; init; }
        public required string EffectiveCost { get; init; }
        public string BillingCurrency { get; init; } = "USD";
        public bool IsEstimated { get; init; }
        public string? Tags { get; init; }
        public string? Extra { get; init; }
    }

    private sealed record RunRow
    {
        public required string PipelineLoggingId { get; init; }
        public string PipelineId { get; init; } = "acme-cost";
        public required string RunId { get; init; }
        public string ConfigId { get; init; } = "config";
        public string Provider { get; init; } = "file";
        public string Domain { get; init; } = "cost";
        public string Template { get; init; } = "focus";
        public Instant ScheduledTime { get; init; } = Now;
        public int Attempt { get; init; }
        public long LeaseEpoch { get; init; } = 1;
        public string TriggerType { get; init; } = "schedule";
        public string Worker { get; init; } = "worker";
        public string Status { get; init; } = "COMPLETED";
        public Instant StartTime { get; init; } = Now;
        public Instant EndTime { get; init; } = Now;
        public long DurationMs { get; init; }
        public int Pages { get; init; }
        public long BytesRead { get; init; }
        public long RowsRead { get; init; }
        public string? BilledTotal { get; init; }
        public long? HttpCalls { get; init; }
        public long? WaitMs { get; init; }
        public long? BytesBilled { get; init; }
        public string? WatermarkBefore { get; init; }
        public string? WatermarkAfter { get; init; }
        public string? Parameters { get; init; } = """{"path":"a","share":0.12345678901234567890}""";
    }

    private sealed record DayRow(LocalDate UsageDate);

    private sealed record MarkRow(string Mark, string Value);

    private sealed record StepRow(string PipelineLoggingId, int StepNumber, string Step, long? RowsOut)
    {
        public string Status { get; init; } = "COMPLETED";
        public Instant StartTime { get; init; } = Now;
        public Instant EndTime { get; init; } = Now;
        public long DurationMs { get; init; }
        public long RowsIn { get; init; }
    }
}
