using NodaTime;
using Scheduler.Core.Datasets;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Datasets.Contract;

/// <summary>One load of a customer's source as a worker would make it; each execution is its hour.</summary>
internal sealed record DatasetLoad(int Hour)
{
    public static readonly Instant Noon = Instant.FromUtc(2026, 10, 3, 12, 0);
    public static readonly LocalDate First = new(2026, 10, 1);
    public static readonly LocalDate Last = new(2026, 10, 2);

    public DatasetId Dataset { get; init; } =
        DatasetId.TryCreate("acme_corp", out var id, out _) ? id : throw new InvalidOperationException();
    public string Run { get; init; } = $"run-{Hour}";
    public string Account { get; init; } = "account";
    public DayWindow? Window { get; init; } = new(First, Last);
    public LoadTable Table { get; init; }
    public IReadOnlyList<DayWindow>? Parts { get; init; }
    public IReadOnlyDictionary<string, string> Watermarks { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: all at once, so that the scheduled time decides.</summary>
    public Instant? ClaimedAt { get; init; }
    public int Attempt { get; init; }
    public long Epoch { get; init; } = 1;
    public bool Force { get; init; }

    /// <summary>Happens to the staging file once it is complete.</summary>
    public Action<StagedLines>? Tamper { get; init; }

    public static CostLine Line(LocalDate day, string service, decimal billed) =>
        new()
        {
            LineHash = $"{day}/{service}",
            UsageDate = day,
            BillingPeriod = new LocalDate(day.Year, day.Month, 1),
            ServiceName = service,
            ChargeCategory = "Usage",
            BilledCost = billed,
            EffectiveCost = billed,
            BillingCurrency = "USD",
            IsEstimated = false,
        };

    public async Task<LoadResult> ByAsync(
        IDatasetWriter writer,
        IEnumerable<CostLine> lines,
        CancellationToken cancellationToken = default
    )
    {
        using var staged = StagedLines.Create();
        foreach (var line in lines)
        {
            staged.Append(line);
        }
        staged.Complete();
        Tamper?.Invoke(staged);
        return await writer.LoadAsync(Request(staged), cancellationToken);
    }

    public Task<LoadResult> ByAsync(IDatasetWriter writer, params CostLine[] lines) =>
        ByAsync(writer, lines.AsEnumerable());

    /// <summary>The record of an execution that failed.</summary>
    public RunRecord Failed() =>
        Record(rows: 0) with
        {
            Status = "FAILED",
            ErrorType = ErrorType.SchemaDrift,
            ErrorMessage = "Row 1 \"is\" wrong – ü.",
            Steps = [Step(1, "extract_normalise", "FAILED") with { RowsIn = 3, Message = "Row 1 is wrong." }],
        };

    private LoadRequest Request(StagedLines staged) =>
        new()
        {
            Dataset = Dataset,
            Key = new WindowKey("FILE", "COST", "focus_csv", Account),
            Window = Window,
            Table = Table,
            Parts = Parts,
            Watermarks = Watermarks,
            Fence = new LoadFence(ClaimedAt ?? Noon, Scheduled, Attempt, Epoch),
            Guards = new LoadGuards(50, Force),
            Staged = staged,
            RunId = Run,
            TemplateVersion = "1.2.0",
            IngestedAt = Noon,
            Record = () => Record(staged.Rows) with { BilledTotal = staged.ExtractedTotal, Currency = staged.Currency },
        };

    private Instant Scheduled => Noon.Plus(Duration.FromHours(Hour));

    private RunRecord Record(long rows) =>
        new()
        {
            // As the store makes it.
            PipelineLoggingId = $"{Run}-{Epoch}",
            PipelineId = "acme-focus",
            RunId = Run,
            ConfigId = "config-1",
            Provider = "FILE",
            Domain = "COST",
            Template = "focus_csv",
            TemplateVersion = "1.2.0",
            SourceAccountId = Account,
            Window = Window,
            ScheduledTime = Scheduled,
            Attempt = Attempt,
            LeaseEpoch = Epoch,
            TriggerType = "cloud_scheduler",
            Worker = "worker-1",
            Status = "COMPLETED",
            StartTime = Scheduled.Plus(Duration.FromTicks(12_345_670)),
            EndTime = Scheduled.Plus(Duration.FromSeconds(9)),
            RowsRead = rows,
            BytesRead = 1234,
            Pages = 2,
            SchemaFingerprint = "f00d",
            Parameters = """{"path":"costs.csv"}""",
            Steps =
            [
                Step(1, "extract_normalise", "COMPLETED") with
                {
                    RowsIn = rows,
                    RowsOut = rows,
                },
                Step(2, "load", "COMPLETED") with
                {
                    RowsIn = rows,
                    RowsOut = null,
                },
            ],
        };

    private StepLog Step(int number, string step, string status) =>
        new()
        {
            Number = number,
            Step = step,
            Status = status,
            StartedAt = Scheduled.Plus(Duration.FromSeconds(number)),
            EndedAt = Scheduled.Plus(Duration.FromSeconds(number + 1)),
        };
}
