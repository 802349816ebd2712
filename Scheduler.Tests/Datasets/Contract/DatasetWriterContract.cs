using DuckDB.NET.Data;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.Datasets.Contract;

/// <summary>A load replaces its window whole or leaves everything as it was, whoever else loads.</summary>
internal abstract class DatasetWriterContract : DatasetContract
{
    private static readonly LocalDate First = DatasetLoad.First;
    private static readonly LocalDate Last = DatasetLoad.Last;

    [Test]
    public async Task The_first_load_of_a_customer_makes_its_dataset()
    {
        var loaded = await LoadAsync(new DatasetLoad(1), Line(First, "A", 1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 0)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        }
    }

    [Test]
    public async Task A_load_replaces_its_window_under_its_own_key()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1), Line(Last, "A", 2), Line(Last, "B", 0.5m));
        await LoadAsync(new DatasetLoad(1) { Account = "other" }, Line(Last, "C", 5));

        var loaded = await LoadAsync(
            new DatasetLoad(2) { Window = new DayWindow(Last, Last) },
            Line(Last, "A", 3),
            Line(Last, "D", 4)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(2, 2)));
            Assert.That(
                await CostsAsync("run_id", "source_account_id"),
                Is.EqualTo([
                    "2026-10-01|A|1|run-1|account",
                    "2026-10-02|A|3|run-2|account",
                    "2026-10-02|C|5|run-1|other",
                    "2026-10-02|D|4|run-2|account",
                ])
            );
        }
    }

    [Test]
    public async Task A_line_arrives_with_every_field()
    {
        var line = Line(First, "Compute", 1) with
        {
            BillingAccountId = "b-1",
            SubAccountId = "s-1",
            SubAccountName = "Größe 'x' \"y\" \\ \U0001F600",
            ServiceCategory = "Cat",
            SkuId = "sku",
            ChargeDescription = "Line one\nline\ttwo",
            RegionId = "eu",
            ResourceId = "r",
            ChargeClass = "Correction",
            BilledCost = 12345678901234567.123456789012m,
            EffectiveCost = -0.000000000001m,
            ListCost = 0,
            ContractedCost = 1.5m,
            PricingQuantity = 0.1m,
            PricingUnit = "h",
            IsEstimated = true,
            Tags = """{"a":"x","b":"1"}""",
            Extra = "\"Other\":\"q\\\"uote\"\n\"Name\":\"v\"",
        };

        await LoadAsync(new DatasetLoad(1), line);

        Assert.That(
            (await Datasets.RowsAsync(Acme, "cost_daily")).Single(),
            Is.EquivalentTo(
                new Dictionary<string, string?>
                {
                    ["provider"] = "FILE",
                    ["domain"] = "COST",
                    ["template"] = "focus_csv",
                    ["source_account_id"] = "account",
                    ["usage_date"] = "2026-10-01",
                    ["billing_period"] = "2026-10-01",
                    ["billing_account_id"] = "b-1",
                    ["sub_account_id"] = "s-1",
                    ["sub_account_name"] = "Größe 'x' \"y\" \\ \U0001F600",
                    ["service_name"] = "Compute",
                    ["service_category"] = "Cat",
                    ["sku_id"] = "sku",
                    ["charge_description"] = "Line one\nline\ttwo",
                    ["region_id"] = "eu",
                    ["resource_id"] = "r",
                    ["charge_category"] = "Usage",
                    ["charge_class"] = "Correction",
                    ["billed_cost"] = "12345678901234567.123456789012",
                    ["effective_cost"] = "-0.000000000001",
                    ["list_cost"] = "0",
                    ["contracted_cost"] = "1.5",
                    ["pricing_quantity"] = "0.1",
                    ["pricing_unit"] = "h",
                    ["billing_currency"] = "USD",
                    ["is_estimated"] = "1",
                    ["tags"] = """{"a":"x","b":"1"}""",
                    ["x_extra"] = Support.DatasetText.Json("""{"Name":"v","Other":"q\"uote"}"""),
                    ["line_hash"] = line.LineHash,
                    ["run_id"] = "run-1",
                    ["template_version"] = "1.2.0",
                    ["ingested_at"] = "1791028800000000",
                }
            )
        );
    }

    [Test]
    public async Task Lines_with_one_hash_become_one_row_with_the_fields_they_agree_on()
    {
        var line = Line(First, "A", 1) with { Extra = "\"zone\":\"z\"\n\"note\":\"x\"", Tags = """{"team":"core"}""" };

        var loaded = await LoadAsync(
            new DatasetLoad(1),
            line,
            line with
            {
                Extra = "\"zone\":\"z\"\n\"other\":\"x\"",
                BilledCost = 0.25m,
                IsEstimated = true,
            },
            Line(First, "B", 1) with
            {
                Extra = "\"zone\":\"z\"",
            },
            Line(First, "B", 1)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(2, 0)));
            Assert.That(
                await CostsAsync("is_estimated", "tags", "x_extra", "list_cost"),
                Is.EqualTo(["""2026-10-01|A|1.25|1|{"team":"core"}|{"zone":"z"}|-""", "2026-10-01|B|2|0|-|-|-"])
            );
        }
    }

    [Test]
    public async Task The_log_is_committed_with_the_load_and_has_its_counts()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1), Line(First, "A", 2), Line(Last, "B", 1));

        await LoadAsync(new DatasetLoad(2) { Attempt = 1, Epoch = 7 }, Line(First, "A", 3), Line(Last, "B", 1.5m));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await TextAsync(
                    "x_meta_pipeline_runs",
                    "pipeline_logging_id",
                    "status",
                    "error_type",
                    "window_from",
                    "window_to",
                    "attempt",
                    "lease_epoch",
                    "duration_ms",
                    "pages",
                    "bytes_read",
                    "rows_read",
                    "rows_deleted",
                    "rows_written",
                    "billed_total",
                    "currency",
                    "schema_fingerprint",
                    "parameters"
                ),
                Is.EqualTo([
                    """run-1-1|COMPLETED|-|2026-10-01|2026-10-02|0|1|7765|2|1234|3|0|2|4|USD|f00d|{"path":"costs.csv"}""",
                    """run-2-7|COMPLETED|-|2026-10-01|2026-10-02|1|7|7765|2|1234|2|2|2|4.5|USD|f00d|{"path":"costs.csv"}""",
                ])
            );
            Assert.That(
                await TextAsync(
                    "x_meta_step_logs",
                    "pipeline_logging_id",
                    "step_number",
                    "step",
                    "status",
                    "duration_ms",
                    "rows_in",
                    "rows_out",
                    "message"
                ),
                Is.EqualTo([
                    "run-1-1|1|extract_normalise|COMPLETED|1000|3|3|-",
                    "run-1-1|2|load|COMPLETED|1000|3|2|-",
                    "run-2-7|1|extract_normalise|COMPLETED|1000|2|2|-",
                    "run-2-7|2|load|COMPLETED|1000|2|2|-",
                ])
            );
        }
    }

    [TestCase(1, 3, 9, TestName = "{m}: an older scheduled time")]
    [TestCase(2, 0, 9, TestName = "{m}: an older attempt")]
    [TestCase(2, 1, 4, TestName = "{m}: an older lease")]
    public async Task A_stale_load_writes_nothing(int hour, int attempt, int epoch)
    {
        await LoadAsync(new DatasetLoad(2) { Attempt = 1, Epoch = 5 }, Line(First, "A", 1));

        var stale = await LoadAsync(
            new DatasetLoad(hour)
            {
                Run = "late",
                Attempt = attempt,
                Epoch = epoch,
                Force = true,
            },
            Line(First, "A", 2)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(stale, Is.EqualTo(new LoadResult.Stale()));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(await TextAsync("x_meta_pipeline_runs", "run_id"), Is.EqualTo(["run-2"]));
            Assert.That(await FencesAsync(), Is.EqualTo(["FILE|1|5"]));
        }
    }

    [Test]
    public async Task A_run_for_older_days_loads_what_no_later_execution_has_loaded()
    {
        await LoadAsync(new DatasetLoad(5) { ClaimedAt = At(5) }, Line(First, "A", 1), Line(Last, "A", 2));

        // A backfill of the days before and the first one, claimed before the load above and through with its source only now.
        var older = new DatasetLoad(1) { ClaimedAt = At(4), Window = new DayWindow(First.PlusDays(-2), First) };
        var loaded = await LoadAsync(older, Line(First.PlusDays(-1), "B", 7), Line(First, "B", 9));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 0) { SupersededDays = 1 }));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-09-30|B|7", "2026-10-01|A|1", "2026-10-02|A|2"]));
            Assert.That(
                await TextAsync("x_meta_pipeline_runs", "run_id", "rows_read", "rows_written", "days_superseded"),
                Is.EqualTo(["run-1|2|1|1", "run-5|2|2|0"])
            );
        }
    }

    [Test]
    public async Task A_run_for_an_older_occurrence_that_was_claimed_later_replaces_its_days()
    {
        await LoadAsync(new DatasetLoad(5) { ClaimedAt = At(5) }, Line(First, "A", 1), Line(Last, "A", 2));

        var loaded = await LoadAsync(
            new DatasetLoad(1) { ClaimedAt = At(6), Window = new DayWindow(First, First) },
            Line(First, "B", 9)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 1)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|B|9", "2026-10-02|A|2"]));
        }
    }

    [Test]
    public async Task A_zombie_of_a_run_that_a_later_lease_has_loaded_writes_nothing_not_even_other_days()
    {
        await LoadAsync(new DatasetLoad(1) { ClaimedAt = At(2), Epoch = 2 }, Line(First, "A", 1));

        // The clock of the store was set back between the two claims.
        var zombie = await LoadAsync(
            new DatasetLoad(1)
            {
                ClaimedAt = At(3),
                Epoch = 1,
                Window = new DayWindow(First.PlusDays(-1), Last),
                Force = true,
            },
            Line(First.PlusDays(-1), "Z", 9)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(zombie, Is.EqualTo(new LoadResult.Stale()));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        }
    }

    [Test]
    public async Task A_zombie_of_another_run_does_not_touch_the_days_that_a_later_one_has_loaded()
    {
        await LoadAsync(new DatasetLoad(1) { ClaimedAt = At(2) }, Line(First, "A", 1));

        var zombie = await LoadAsync(new DatasetLoad(3) { ClaimedAt = At(1), Force = true }, Line(First, "Z", 9));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(zombie, Is.EqualTo(new LoadResult.Stale()));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        }
    }

    [Test]
    public async Task Pieces_of_a_backfill_at_once_load_all_of_their_days_in_whichever_order_they_arrive()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);

        var results = await Task.WhenAll(
            Enumerable
                .Range(1, 4)
                .Select(piece =>
                    Task.Run(() =>
                        new DatasetLoad(piece)
                        {
                            ClaimedAt = At(10 - piece),
                            Window = new DayWindow(First.PlusDays(-piece), First.PlusDays(-piece)),
                        }.ByAsync(Datasets.Writer(), Line(First.PlusDays(-piece), "A", piece))
                    )
                )
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results, Is.All.EqualTo(new LoadResult.Loaded(1, 0)));
            Assert.That(
                await CostsAsync(),
                Is.EqualTo(["2026-09-27|A|4", "2026-09-28|A|3", "2026-09-29|A|2", "2026-09-30|A|1"])
            );
        }
    }

    [Test]
    public async Task Only_the_parts_of_a_window_that_were_read_are_replaced()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1), Line(Last, "A", 2));

        var parts = new DatasetLoad(2) { Parts = [new DayWindow(Last, Last)] };
        var outside = await LoadAsync(parts, Line(First, "A", 9), Line(Last, "A", 3));
        var loaded = await LoadAsync(parts, Line(Last, "A", 3));
        var nothing = await LoadAsync(new DatasetLoad(3) { Parts = [] });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outside, Is.EqualTo(new LoadResult.OutsideWindow(1, First, First)));
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(1, 1)));
            Assert.That(nothing, Is.EqualTo(new LoadResult.Loaded(0, 0)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1", "2026-10-02|A|3"]));
        }
    }

    [Test]
    public async Task Watermarks_are_kept_with_the_load_under_its_key()
    {
        var before = await MarksAsync("account");
        await LoadAsync(new DatasetLoad(1) { Watermarks = Marks(("a", "1"), ("b", "1")) }, Line(First, "A", 1));
        await LoadAsync(new DatasetLoad(1) { Account = "other", Watermarks = Marks(("a", "9")) }, Line(First, "A", 1));

        await LoadAsync(new DatasetLoad(2) { Watermarks = Marks(("b", "2"), ("c", "'2'")) }, Line(First, "A", 1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Empty);
            Assert.That(await MarksAsync("account"), Is.EqualTo(["a=1", "b=2", "c='2'"]));
            Assert.That(await MarksAsync("other"), Is.EqualTo(["a=9"]));
        }
    }

    [Test]
    public async Task A_load_that_is_refused_or_fails_leaves_the_watermark()
    {
        await LoadAsync(new DatasetLoad(2) { Watermarks = Marks(("a", "1")) }, Line(First, "A", 1));
        using var lease = new CancellationTokenSource();

        await LoadAsync(new DatasetLoad(1) { Watermarks = Marks(("a", "stale")) }, Line(First, "A", 2));
        await LoadAsync(new DatasetLoad(3) { Watermarks = Marks(("a", "suspect")) }, Line(First, "A", 0.1m));
        Assert.That(
            () =>
                new DatasetLoad(3) { Watermarks = Marks(("a", "stopped")) }.ByAsync(
                    Datasets.Writer(new Cancelling(Datasets.BeforeCommit, lease)),
                    [Line(First, "A", 2)],
                    lease.Token
                ),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(await MarksAsync("account"), Is.EqualTo(["a=1"]));
    }

    [Test]
    public async Task A_watermark_that_a_later_execution_has_kept_stays()
    {
        await LoadAsync(
            new DatasetLoad(2) { ClaimedAt = At(2), Watermarks = Marks(("a", "later")) },
            Line(First, "A", 1)
        );

        await LoadAsync(
            new DatasetLoad(1)
            {
                ClaimedAt = At(1),
                Window = new DayWindow(First.PlusDays(-1), First.PlusDays(-1)),
                Watermarks = Marks(("a", "earlier"), ("b", "new")),
            },
            Line(First.PlusDays(-1), "A", 1)
        );

        Assert.That(await MarksAsync("account"), Is.EqualTo(["a=later", "b=new"]));
    }

    [Test]
    public async Task Findings_go_into_a_table_of_their_own_and_are_replaced_by_the_day()
    {
        CostLine Found(string resource, string check, decimal count) =>
            Line(Last, check, count) with
            {
                LineHash = $"{resource}/{check}",
                ResourceId = resource,
                ServiceName = "type",
                SkuId = check,
                ChargeDescription = "name",
                ServiceCategory = "HIGH",
                ChargeClass = "ACTIVE",
                BillingCurrency = "XXX",
                Extra = "\"mute\":\"no\"",
            };
        var today = new DatasetLoad(1) { Table = LoadTable.Findings, Parts = [new DayWindow(Last, Last)] };
        await LoadAsync(new DatasetLoad(1) { Account = "other" }, Line(Last, "A", 5));

        var first = await LoadAsync(today, Found("r1", "a", 1), Found("r1", "a", 1), Found("r2", "b", 1));
        var second = await LoadAsync(today with { Epoch = 2 }, Found("r2", "b", 1));
        var rows = await TextAsync(
            "findings_daily",
            "observed_date",
            "source_account_id",
            "resource_id",
            "resource_type",
            "check_id",
            "check_name",
            "severity",
            "state",
            "finding_count",
            "x_extra",
            "run_id"
        );
        var third = await LoadAsync(today with { Epoch = 3 });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo(new LoadResult.Loaded(2, 0)));
            Assert.That(second, Is.EqualTo(new LoadResult.Loaded(1, 2)));
            Assert.That(rows, Is.EqualTo(["""2026-10-02|account|r2|type|b|name|HIGH|ACTIVE|1|{"mute":"no"}|run-1"""]));
            Assert.That(third, Is.EqualTo(new LoadResult.Loaded(0, 1)), "what was found before may be mended");
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-02|A|5"]));
        }
    }

    [Test]
    public async Task The_same_execution_may_load_again()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1), Line(Last, "A", 1));

        var again = await LoadAsync(new DatasetLoad(1), Line(First, "A", 1), Line(Last, "A", 1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.EqualTo(new LoadResult.Loaded(2, 2)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1", "2026-10-02|A|1"]));
        }
    }

    [Test]
    public async Task Of_loads_at_once_by_several_processes_the_newest_wins_and_nothing_is_doubled()
    {
        await Datasets.Catalog.CreateAsync(Acme, default);

        var results = await Task.WhenAll(
            Enumerable
                .Range(1, 4)
                .Select(hour =>
                    Task.Run(() =>
                        new DatasetLoad(hour) { Force = true }.ByAsync(
                            Datasets.Writer(),
                            Line(First, "A", hour),
                            Line(Last, $"S{hour}", hour)
                        )
                    )
                )
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(results[^1], Is.TypeOf<LoadResult.Loaded>());
            Assert.That(results, Is.All.InstanceOf<LoadResult.Loaded>().Or.InstanceOf<LoadResult.Stale>());
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|4", "2026-10-02|S4|4"]));
            Assert.That(await FencesAsync(), Is.EqualTo(["FILE|0|1"]));
        }
    }

    [Test]
    public async Task Lines_outside_the_window_are_refused_with_their_days()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1));

        var refused = await LoadAsync(
            new DatasetLoad(2),
            Line(First.PlusDays(-2), "A", 1),
            Line(First, "A", 2),
            Line(Last.PlusDays(3), "A", 1)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.EqualTo(new LoadResult.OutsideWindow(2, First.PlusDays(-2), Last.PlusDays(3))));
            Assert.That(await CostsAsync("run_id"), Is.EqualTo(["2026-10-01|A|1|run-1"]));
        }
        Assert.That(
            await LoadAsync(new DatasetLoad(1) { Run = "again" }, Line(First, "A", 3)),
            Is.TypeOf<LoadResult.Loaded>(),
            "a refused load moves no fence"
        );
    }

    [TestCase("delete from lines where service_name = 'B'", 1)]
    [TestCase("update lines set billed_cost = billed_cost + 0.000000000001 where service_name = 'B'", 3.000000000001)]
    public async Task What_is_staged_must_be_what_was_extracted(string tampering, decimal staged)
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1));

        var refused = await LoadAsync(
            new DatasetLoad(2) { Tamper = file => Execute(file, tampering) },
            Line(First, "A", 1),
            Line(First, "B", 2)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused, Is.EqualTo(new LoadResult.Unreconciled(3, staged)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
        }
    }

    [Test]
    public async Task Places_beyond_the_twelfth_are_rounded_and_still_reconcile()
    {
        var loaded = await LoadAsync(
            new DatasetLoad(1),
            Line(First, "A", 0.1234567890125000001m),
            Line(Last, "A", 0.0000000000000000000000000001m)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(loaded, Is.EqualTo(new LoadResult.Loaded(2, 0)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|0.123456789013", "2026-10-02|A|0"]));
        }
    }

    [Test]
    public async Task A_window_that_would_lose_too_much_is_suspect_unless_forced()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 10), Line(Last, "A", -10));

        var emptied = await LoadAsync(new DatasetLoad(2));
        var vanished = await LoadAsync(new DatasetLoad(2), Line(First, "A", 10));
        var shrunken = await LoadAsync(new DatasetLoad(2), Line(First, "A", 4.9m), Line(Last, "A", -4));
        var before = await CostsAsync();
        var smaller = await LoadAsync(new DatasetLoad(2), Line(First, "A", 5), Line(Last, "A", -10));
        var forced = await LoadAsync(new DatasetLoad(3) { Force = true }, Line(First, "A", 0.1m));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(emptied, Is.EqualTo(new LoadResult.Suspect(null, 20, 0)));
            Assert.That(vanished, Is.EqualTo(new LoadResult.Suspect(Last, 10, 0)));
            Assert.That(shrunken, Is.EqualTo(new LoadResult.Suspect(First, 10, 4.9m)));
            Assert.That(before, Is.EqualTo(["2026-10-01|A|10", "2026-10-02|A|-10"]));
            Assert.That(smaller, Is.EqualTo(new LoadResult.Loaded(2, 2)));
            Assert.That(forced, Is.EqualTo(new LoadResult.Loaded(1, 2)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|0.1"]));
        }
    }

    [Test]
    public async Task A_day_that_is_estimated_may_shrink()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 10) with { IsEstimated = true });

        Assert.That(await LoadAsync(new DatasetLoad(2), Line(First, "A", 1)), Is.EqualTo(new LoadResult.Loaded(1, 1)));
    }

    [Test]
    public async Task An_empty_source_that_covers_nothing_takes_all_that_stands_when_forced()
    {
        var nothing = await LoadAsync(new DatasetLoad(1) { Window = null });
        await LoadAsync(new DatasetLoad(2), Line(First, "A", 6), Line(Last, "A", 1));
        await LoadAsync(new DatasetLoad(2) { Account = "other" }, Line(Last, "B", 1));

        var refused = await LoadAsync(new DatasetLoad(3) { Window = null });
        var forced = await LoadAsync(new DatasetLoad(3) { Window = null, Force = true });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nothing, Is.EqualTo(new LoadResult.Loaded(0, 0)));
            Assert.That(refused, Is.EqualTo(new LoadResult.Suspect(null, 7, 0)));
            Assert.That(forced, Is.EqualTo(new LoadResult.Loaded(0, 2)));
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-02|B|1"]));
        }
    }

    [Test]
    public async Task A_load_that_is_stopped_in_the_middle_leaves_the_old_data()
    {
        await LoadAsync(new DatasetLoad(1), Line(First, "A", 1));
        using var lease = new CancellationTokenSource();
        var writer = Datasets.Writer(new Cancelling(Datasets.BeforeCommit, lease));

        Assert.That(
            () => new DatasetLoad(2).ByAsync(writer, [Line(First, "A", 2)], lease.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(lease.IsCancellationRequested, Is.True, "the place was reached");
            Assert.That(await CostsAsync(), Is.EqualTo(["2026-10-01|A|1"]));
            Assert.That(await TextAsync("x_meta_pipeline_runs", "run_id"), Is.EqualTo(["run-1"]));
        }
    }

    [Test]
    public async Task An_execution_that_loaded_nothing_is_recorded_and_moves_no_fence()
    {
        await Datasets.Writer().RecordAsync(Acme, new DatasetLoad(9).Failed(), default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await TextAsync(
                    "x_meta_pipeline_runs",
                    "run_id",
                    "status",
                    "error_type",
                    "rows_written",
                    "billed_total"
                ),
                Is.EqualTo(["run-9|FAILED|SCHEMA_DRIFT|0|-"])
            );
            Assert.That(
                await TextAsync("x_meta_step_logs", "step", "status", "rows_in", "rows_out", "message"),
                Is.EqualTo(["extract_normalise|FAILED|3|0|Row 1 is wrong."])
            );
            Assert.That(await FencesAsync(), Is.Empty);
        }
    }

    private static Instant At(int hour) => DatasetLoad.Noon.Plus(Duration.FromHours(hour));

    private static Dictionary<string, string> Marks(params (string Mark, string Value)[] marks) =>
        marks.ToDictionary(mark => mark.Mark, mark => mark.Value);

    private async Task<IEnumerable<string>> MarksAsync(string account) =>
        (await Datasets.Writer().WatermarksAsync(Acme, new WindowKey("FILE", "COST", "focus_csv", account), default))
            .Select(mark => $"{mark.Key}={mark.Value}")
            .Order(StringComparer.Ordinal);

    private static CostLine Line(LocalDate day, string service, decimal billed) =>
        DatasetLoad.Line(day, service, billed);

    private Task<LoadResult> LoadAsync(DatasetLoad load, params CostLine[] lines) =>
        load.ByAsync(Datasets.Writer(), lines);

    /// <summary>Those of sources.</summary>
    private async Task<IEnumerable<string>> FencesAsync() =>
        (await TextAsync("x_meta_fences", "provider", "retry_attempt", "lease_epoch")).Where(fence =>
            !fence.StartsWith('|')
        );

    private static void Execute(StagedLines file, string statement)
    {
        using var connection = new DuckDBConnection($"DataSource={file.FilePath}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        Assert.That(command.ExecuteNonQuery(), Is.EqualTo(1));
    }

    private sealed class Cancelling(string at, CancellationTokenSource lease) : IFailpoints
    {
        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
        {
            if (failpoint == at)
            {
                lease.Cancel();
            }
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }
}
