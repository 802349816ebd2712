using NodaTime;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Alerts;

/// <summary>Datasets that know what a test has told them.</summary>
internal sealed class FakeDatasetReader : IDatasetReader
{
    private readonly List<(string Dataset, DatasetRun Run)> runs = [];

    public List<ServiceCost> Costs { get; } = [];

    public void Add(string dataset, string runId, long rows, DayWindow window) =>
        runs.Add(
            (
                dataset,
                new DatasetRun
                {
                    PipelineLoggingId = runId,
                    PipelineId = "p",
                    RunId = runId,
                    Status = "COMPLETED",
                    TriggerType = "api",
                    StartTime = Instant.FromUnixTimeTicks(0),
                    EndTime = Instant.FromUnixTimeTicks(0),
                    Window = window,
                    RowsRead = rows,
                    RowsDeleted = 0,
                    RowsWritten = rows,
                }
            )
        );

    public Task<IReadOnlyList<ServiceCost>> CostByServiceAsync(
        DatasetId dataset,
        LocalDate? from,
        LocalDate? to,
        CancellationToken cancellationToken
    ) => Task.FromResult<IReadOnlyList<ServiceCost>>(Costs);

    public Task<IReadOnlyList<DatasetRun>> ListRunsAsync(
        DatasetId dataset,
        int limit,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult<IReadOnlyList<DatasetRun>>([
            .. runs.Where(row => row.Dataset == dataset.Value).Select(row => row.Run).Take(limit),
        ]);

    public Task<IReadOnlyList<ExecutionStep>> ListStepsAsync(
        DatasetId dataset,
        string runId,
        Instant since,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("Nothing that alerts do asks for steps.");

    public Task<IReadOnlyList<DailyCost>> CostByDayAsync(
        DatasetId dataset,
        LocalDate from,
        LocalDate to,
        int limit,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException("Nothing that alerts do asks for days.");
}
