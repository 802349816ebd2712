using NodaTime;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Core.Storage;

/// <summary>Reads runs. The customer is part of every question: another customer's run is not there.</summary>
public sealed class RunStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>A page of a customer's runs, by nominal time.</summary>
    public Task<IReadOnlyList<Run>> ListAsync(
        string customerId,
        RunFilter filter,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            filter.OldestFirst ? new("runs", "list_oldest") : new("runs", "list"),
            Place(filter.After, filter.OldestFirst, filter.From)
                .With("customerId", customerId)
                .With("state", filter.State is { } state ? Contracts.Wire.Name(state) : null)
                .With("configId", filter.ConfigId)
                .With("fromTime", filter.From)
                .With("toTime", filter.To)
                .With("limit", filter.Limit),
            Map,
            cancellationToken
        );

    /// <summary>A page of one pipeline's runs, by nominal time, none scheduled before <paramref name="from"/>.</summary>
    public Task<IReadOnlyList<Run>> ListOfPipelineAsync(
        string customerId,
        string configId,
        Instant from,
        (Instant ScheduledTime, string RunId)? after,
        bool oldestFirst,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            oldestFirst ? new("runs", "list_of_pipeline_oldest") : new("runs", "list_of_pipeline"),
            Place(after, oldestFirst, from)
                .With("customerId", customerId)
                .With("configId", configId)
                .With("fromTime", from)
                .With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>Null when the customer has no such run.</summary>
    public async Task<Run?> GetAsync(string customerId, string runId, CancellationToken cancellationToken) =>
        await engine.FindAsync(new("runs", "get"), Key(customerId, runId), Map, cancellationToken);

    /// <summary>The run with that key, scheduled since then; null when there is none.</summary>
    public async Task<Run?> FindByKeyAsync(
        string customerId,
        string idempotencyKey,
        Instant since,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("runs", "find_by_key"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("idempotencyKey", idempotencyKey)
                .With("since", since),
            Map,
            cancellationToken
        );

    /// <summary>How often a run has been done again.</summary>
    public Task<int> CountReplaysAsync(Run run, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("runs", "count_replays"),
            new SqlArguments()
                .With("customerId", run.CustomerId)
                .With("configId", run.ConfigId)
                .With("scheduledTime", run.ScheduledTime)
                .With("lane", Lane.Replays(run.RunId)),
            row => row.Int32("replays"),
            cancellationToken
        );

    /// <summary>Every move of a run, oldest first.</summary>
    public Task<IReadOnlyList<RunTransition>> TransitionsAsync(string runId, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("runs", "transitions"),
            new SqlArguments().With("runId", runId),
            row => new RunTransition(
                row.WordOrNull<RunState>("from_state"),
                row.Word<RunState>("to_state"),
                row.At("at"),
                row.Text("actor"),
                row.Int64("lease_epoch"),
                row.TextOrNull("note")
            ),
            cancellationToken
        );

    /// <summary>All attempts of the occurrence that the run belongs to, first to last.</summary>
    public Task<IReadOnlyList<Run>> AttemptsAsync(
        string customerId,
        string runId,
        CancellationToken cancellationToken
    ) => engine.RunAsync(new("runs", "attempts"), Key(customerId, runId), Map, cancellationToken);

    /// <summary>What decides whether a waiting run can be claimed now; null when it has no queue item.</summary>
    public async Task<WaitingFacts?> WaitingFactsAsync(
        string customerId,
        string runId,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("runs", "waiting_facts"),
            Key(customerId, runId).With("now", clock.ForScript),
            row => new WaitingFacts
            {
                Now = row.At("now"),
                State = row.Word<RunState>("state"),
                VisibleAt = row.At("visible_at"),
                IsParked = row.Bool("is_parked"),
                PausedUntil = row.AtOrNull("paused_until"),
                RunnableUntil = row.At("runnable_until"),
                MaxConcurrentPipelines = (int?)row.Int64OrNull("max_concurrent_pipelines"),
                LiveLeases = row.Int32("live_leases"),
                Ahead = row.Int32("ahead"),
                BlockingRunId = row.TextOrNull("blocking_run_id"),
            },
            cancellationToken
        );

    private static SqlArguments Place((Instant ScheduledTime, string RunId)? after, bool oldestFirst, Instant? from) =>
        oldestFirst
            ? new SqlArguments()
                .With("afterTime", after?.ScheduledTime ?? from ?? Microseconds.First)
                .With("afterId", after?.RunId ?? "")
            : new SqlArguments()
                .With("beforeTime", after?.ScheduledTime ?? Microseconds.Never)
                .With("beforeId", after?.RunId ?? "~");

    private static SqlArguments Key(string customerId, string runId) =>
        new SqlArguments().With("customerId", customerId).With("runId", runId);

    internal static Run Map(SqlRow row) =>
        new()
        {
            RunId = row.Text("run_id"),
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            PipelineTemplate = row.Text("pipeline_template"),
            ScheduledTime = row.At("scheduled_time"),
            DataIntervalStart = row.At("data_interval_start"),
            DataIntervalEnd = row.At("data_interval_end"),
            ActualStartTime = row.AtOrNull("actual_start_time"),
            ActualEndTime = row.AtOrNull("actual_end_time"),
            State = row.Word<RunState>("state"),
            Reason = row.WordOrNull<SkipReason>("reason"),
            PipelineLoggingId = row.TextOrNull("pipeline_logging_id"),
            ExecutionDurationSeconds = row.Int64OrNull("execution_duration_seconds"),
            ErrorMessage = row.TextOrNull("error_message"),
            ErrorType = row.WordOrNull<ErrorType>("error_type"),
            RetryAttempt = row.Int32("retry_attempt"),
            ParentRunId = row.TextOrNull("parent_run_id"),
            TriggeredBy = row.Word<TriggeredBy>("triggered_by"),
            Lane = row.Text("lane"),
            Priority = row.Int32("priority"),
            WorkerId = row.TextOrNull("worker_id"),
            CreatedAt = row.At("created_at"),
            UpdatedAt = row.At("updated_at"),
            QueueId = row.TextOrNull("queue_id"),
            VisibleAt = row.AtOrNull("visible_at"),
        };
}
