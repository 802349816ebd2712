using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Reads runs. Another customer's run is not there.</summary>
internal sealed class ModelRuns(ModelStore store)
{
    private const int MostAheadCounted = 1000;

    /// <summary>A page, newest nominal time first.</summary>
    public IReadOnlyList<ModelRow> List(ModelArguments arguments)
    {
        if (store.Customer(arguments.Text("customerId")) is not { } customer)
        {
            return [];
        }
        var state = arguments.TextOrNull("state") is { } word ? Wire.Parse<RunState>(word) : (RunState?)null;
        var config = arguments.TextOrNull("configId");
        var (from, to) = (arguments.AtOrNull("fromTime"), arguments.AtOrNull("toTime"));
        var (beforeTime, beforeId) = (arguments.At("beforeTime"), arguments.Text("beforeId"));
        return
        [
            .. customer
                .Runs.Reverse()
                .Where(run =>
                    run.ScheduledTime < beforeTime
                    || (run.ScheduledTime == beforeTime && string.CompareOrdinal(run.RunId, beforeId) < 0)
                )
                .Where(run => state is null || run.State == state)
                .Where(run => config is null || run.Pipeline.ConfigId == config)
                .Where(run => (from is null || run.ScheduledTime >= from) && (to is null || run.ScheduledTime < to))
                .Take((int)arguments.Integer("limit"))
                .Select(ModelRun.Row),
        ];
    }

    public IReadOnlyList<ModelRow> Get(string customerId, string runId) =>
        Find(customerId, runId) is { } run ? [ModelRun.Row(run)] : [];

    public IReadOnlyList<ModelRow> Transitions(string runId) =>
        store.Run(runId) is { } run ? [.. run.Transitions.Select(ModelTransition.Row)] : [];

    public IReadOnlyList<ModelRow> Attempts(string customerId, string runId) =>
        Find(customerId, runId) is { } run
            ?
            [
                .. run
                    .Pipeline.Customer.Runs.Where(other =>
                        other.Pipeline == run.Pipeline
                        && other.ScheduledTime == run.ScheduledTime
                        && other.Lane == run.Lane
                    )
                    .OrderBy(other => other.RetryAttempt)
                    .Select(ModelRun.Row),
            ]
            : [];

    public IReadOnlyList<ModelRow> WaitingFacts(string customerId, string runId, Instant now)
    {
        if (Find(customerId, runId) is not { Item: { } item } run)
        {
            return [];
        }
        var customer = run.Pipeline.Customer;
        var ahead = customer
            .Waiting.SelectMany(level => level)
            .Where(other => other != item && other.VisibleAt <= now && other.VisibleAt <= item.VisibleAt)
            .Take(MostAheadCounted)
            .Count();
        var blocking = run.Pipeline.Open.FirstOrDefault(other => other != item && !other.IsBackfill);
        return
        [
            new ModelRow(column =>
                column switch
                {
                    "now" => now,
                    "state" => Wire.Name(run.State),
                    "visible_at" => item.VisibleAt,
                    "is_parked" => item.VisibleAt == Core.Storage.Microseconds.Never,
                    "paused_until" => run.Pipeline.PausedUntil,
                    "is_active" => run.Pipeline.IsActive,
                    "runnable_until" => customer.RunnableUntil,
                    "max_concurrent_pipelines" => customer.Current?.MaxConcurrentPipelines,
                    "live_leases" => customer.LiveLeases(now),
                    "ahead" => ahead,
                    "blocking_run_id" => blocking?.Run.RunId,
                    _ => ModelRow.Unknown(column),
                }
            ),
        ];
    }

    private ModelRun? Find(string customerId, string runId) =>
        store.Run(runId) is { } run && run.Pipeline.Customer.CustomerId == customerId ? run : null;
}
