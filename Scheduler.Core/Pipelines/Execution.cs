using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Runs;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Pipelines;

/// <summary>What is known about one execution while it goes on. Belongs to one thread of work.</summary>
public sealed class Execution(LeaseItem item, TimeProvider timeProvider, string worker)
{
    // For people to read: a plus sign stays one.
    private static readonly JsonSerializerOptions PlainJson = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly List<StepLog> steps = [];
    private readonly IClock clock = timeProvider.ToClock();
    private readonly long started = timeProvider.GetTimestamp();

    public LeaseItem Item { get; } = item;
    public Instant StartedAt { get; } = timeProvider.GetUtcNow().ToInstant();
    public PipelineTemplate? Template { get; set; }
    public ResolvedValues Parameters { get; set; } = ResolvedValues.Empty;
    public WindowKey? Key { get; set; }
    public DayWindow? Window { get; set; }
    public long RowsRead { get; set; }
    public long RowsWritten { get; set; }
    public long BytesRead { get; set; }
    public int Pages { get; set; }
    public string? Fingerprint { get; set; }

    /// <summary>The parts of the window that are read; null for all of it.</summary>
    public IReadOnlyList<DayWindow>? Parts { get; set; }

    /// <summary>How far the source had been read before; null where its template does not ask.</summary>
    public IReadOnlyDictionary<string, string>? WatermarksBefore { get; set; }

    /// <summary>How far the source has been read by this run; null where its template does not ask.</summary>
    public IReadOnlyDictionary<string, string>? WatermarksAfter { get; set; }

    public CallMeter Meter { get; } = new();

    /// <summary>Whether the leased credential was opened and handed to the adapter.</summary>
    public bool CredentialUsed { get; set; }

    public RunMetrics Metrics =>
        new()
        {
            DurationMs = (long)timeProvider.GetElapsedTime(started).TotalMilliseconds,
            RowsRead = RowsRead,
            RowsWritten = RowsWritten,
            BytesRead = BytesRead,
            CredentialUsed = CredentialUsed,
        };

    /// <summary>Runs one step and logs it, whichever way it ends.</summary>
    public async Task<T> StepAsync<T>(string step, Func<Task<T>> run, Func<T, (long In, long Out)> rows)
    {
        var from = clock.GetCurrentInstant();
        using var span = RunSpans.Step(step);
        try
        {
            var result = await run();
            var (rowsIn, rowsOut) = rows(result);
            steps.Add(Log(step, RunState.Completed, from) with { RowsIn = rowsIn, RowsOut = rowsOut });
            return result;
        }
        catch (Exception exception)
        {
            var error = ErrorClassifier.Classify(exception);
            RunSpans.Fail(span, error.ErrorType);
            steps.Add(Log(step, RunState.Failed, from) with { RowsIn = RowsRead, Message = error.Message });
            throw;
        }
    }

    /// <summary>The run log's row of a load that is about to be committed.</summary>
    public RunRecord Loaded(StagedLines staged, Instant loadStartedAt) =>
        Record(RunState.Completed) with
        {
            WatermarkAfter = Json(WatermarksAfter),
            BilledTotal =
                staged.Currency is null || !CountsMoney
                    ? null
                    : decimal.Round(staged.ExtractedTotal, StagedLines.Scale),
            Currency = CountsMoney ? staged.Currency : null,
            Steps =
            [
                .. steps,
                Log("load", RunState.Completed, loadStartedAt) with
                {
                    RowsIn = staged.Rows,
                    RowsOut = null,
                },
            ],
        };

    public RunRecord Failed(ClassifiedError error) =>
        Record(RunState.Failed) with
        {
            ErrorType = error.ErrorType,
            ErrorMessage = error.Message,
        };

    private bool CountsMoney =>
        Template?.Steps.OfType<TemplateStep.Load>().Any(load => load.Table != LoadTable.Costs) != true;

    private RunRecord Record(RunState status) =>
        new()
        {
            PipelineLoggingId = Item.PipelineLoggingId,
            PipelineId = Item.PipelineId,
            RunId = Item.RunId,
            ConfigId = Item.ConfigId,
            Provider = Template?.Provider ?? Item.Provider,
            Domain = Template?.Domain ?? Item.Domain,
            Template = Template?.Name ?? Item.PipelineTemplate,
            TemplateVersion = Template?.Version,
            SourceAccountId = Key?.SourceAccountId,
            Window = Window,
            ScheduledTime = Item.ScheduledTime,
            Attempt = Item.RetryAttempt,
            LeaseEpoch = Item.LeaseEpoch,
            TriggerType = Wire.Name(Item.TriggeredBy),
            Worker = worker,
            Status = Wire.Name(status),
            StartTime = StartedAt,
            EndTime = clock.GetCurrentInstant(),
            RowsRead = RowsRead,
            BytesRead = BytesRead,
            Pages = Pages,
            HttpCalls = Meter.Calls == 0 ? null : Meter.Calls,
            WaitMs = Meter.Calls == 0 ? null : (long)Meter.Waited.TotalMilliseconds,
            BytesBilled = Meter.BytesBilled,
            WatermarkBefore = Json(WatermarksBefore),
            SchemaFingerprint = Fingerprint,
            Parameters = Parameters.ToJson(),
            Steps = [.. steps],
        };

    private static string? Json(IReadOnlyDictionary<string, string>? marks) =>
        marks is { Count: > 0 } ? JsonSerializer.Serialize(marks, PlainJson) : null;

    private StepLog Log(string step, RunState status, Instant from) =>
        new()
        {
            Number = steps.Count + 1,
            Step = step,
            Status = Wire.Name(status),
            StartedAt = from,
            EndedAt = clock.GetCurrentInstant(),
        };
}
