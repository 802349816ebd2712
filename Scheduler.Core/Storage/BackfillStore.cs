using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Core.Storage;

/// <summary>The customers' backfills.</summary>
public sealed class BackfillStore(ISqlEngine engine)
{
    /// <summary>Later than every id, in every order of letters.</summary>
    private const string AfterAll = "zz";

    /// <summary>Makes it, unless the pipeline has an open one; returns the open one then, null where there is no such pipeline.</summary>
    public async Task<Backfill?> StartAsync(Backfill backfill, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("backfills", "start"),
            new SqlArguments()
                .With("backfillId", backfill.BackfillId)
                .With("customerId", backfill.CustomerId)
                .With("configId", backfill.ConfigId)
                .With("mode", Wire.Name(backfill.Mode))
                .With("from", backfill.From)
                .With("to", backfill.To)
                .With("maxConcurrent", backfill.MaxConcurrent)
                .With("total", backfill.Occurrences)
                .With("actor", backfill.CreatedBy)
                .With("now", backfill.CreatedAt),
            Map,
            cancellationToken
        );

    /// <summary>Null when the customer has no such backfill.</summary>
    public async Task<Backfill?> GetAsync(string customerId, string backfillId, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("backfills", "get"),
            new SqlArguments().With("customerId", customerId).With("backfillId", backfillId),
            Map,
            cancellationToken
        );

    /// <summary>A page of a customer's, newest first, older than the given one.</summary>
    public Task<IReadOnlyList<Backfill>> ListAsync(
        string customerId,
        string? configId,
        string? beforeId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("backfills", "list"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("configId", configId)
                .With("beforeId", beforeId ?? AfterAll)
                .With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>A page of those that are to go on, after the given one.</summary>
    /// <param name="lookedBefore">What waits for something is left out unless it was looked at before.</param>
    public Task<IReadOnlyList<Backfill>> ListRunningAsync(
        string afterId,
        Instant lookedBefore,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("backfills", "list_running"),
            new SqlArguments().With("afterId", afterId).With("lookedBefore", lookedBefore).With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>What there is to do.</summary>
    /// <param name="since">Who was cancelled before is left out.</param>
    public async Task<BackfillCounts> CountOpenAsync(Instant since, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("backfills", "count_open"),
            new SqlArguments().With("since", since),
            row => new BackfillCounts(
                row.Int32("running"),
                row.Int32("going"),
                row.Int32("open"),
                row.Int32("cancelled")
            ),
            cancellationToken
        );

    /// <summary>Those that were cancelled since then.</summary>
    public Task<IReadOnlyList<Backfill>> ListCancelledAsync(
        Instant since,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("backfills", "list_cancelled"),
            new SqlArguments().With("since", since).With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>What is open of all backfills of a pipeline.</summary>
    public Task<IReadOnlyList<(string RunId, string Lane, RunState State)>> ListOpenAsync(
        string configId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("backfills", "list_open"),
            new SqlArguments().With("configId", configId).With("limit", limit),
            row => (row.Text("run_id"), row.Text("lane"), row.Word<RunState>("state")),
            cancellationToken
        );

    /// <summary>What has become of a pipeline's occurrences, those without any run left out.</summary>
    /// <param name="from">The first scheduled time.</param>
    /// <param name="to">No scheduled time from here on.</param>
    public Task<IReadOnlyList<OccurrenceOutcome>> OutcomesAsync(
        string customerId,
        string configId,
        Instant from,
        Instant to,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("backfills", "outcomes"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("configId", configId)
                .With("from", from)
                .With("to", to)
                .With("limit", limit),
            row => new OccurrenceOutcome(
                row.At("scheduled_time"),
                row.Bool("has_completed"),
                row.Bool("has_failed"),
                row.Bool("is_open")
            ),
            cancellationToken
        );

    /// <summary>How far the runs of a backfill have got.</summary>
    public async Task<BackfillProgress> ProgressAsync(
        Backfill backfill,
        string lane,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("backfills", "progress"),
            new SqlArguments()
                .With("customerId", backfill.CustomerId)
                .With("configId", backfill.ConfigId)
                .With("from", backfill.From)
                .With("to", backfill.To)
                .With("lane", lane),
            row => new BackfillProgress(
                row.Int64("begun"),
                row.Int64("completed"),
                row.Int64("failed"),
                row.Int64("open")
            ),
            cancellationToken
        );

    /// <summary>Notes how far a running one has got; false when it is not as it was read.</summary>
    /// <param name="backfill">As it was read, with the new values.</param>
    public async Task<bool> AdvanceAsync(Backfill backfill, Instant now, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("backfills", "advance"),
            new SqlArguments()
                .With("backfillId", backfill.BackfillId)
                .With("version", backfill.Version)
                .With("nextTime", backfill.NextTime)
                .With("waitsFor", backfill.WaitsFor is { } wait ? Wire.Name(wait) : null)
                .With("state", Wire.Name(backfill.State))
                .With("now", now),
            row => row.Int64("advanced") > 0,
            cancellationToken
        );

    /// <summary>Gives an open one another state; one that has ended stays as it is. Null when the customer has no such backfill.</summary>
    public async Task<Backfill?> SetStateAsync(
        string customerId,
        string backfillId,
        BackfillState state,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.FindAsync(
            new("backfills", "set_state"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("backfillId", backfillId)
                .With("state", Wire.Name(state))
                .With("now", now),
            Map,
            cancellationToken
        );

    private static Backfill Map(SqlRow row) =>
        new()
        {
            BackfillId = row.Text("backfill_id"),
            CustomerId = row.Text("customer_id"),
            ConfigId = row.Text("config_id"),
            Mode = row.Word<BackfillMode>("mode"),
            From = row.At("range_from"),
            To = row.At("range_to"),
            MaxConcurrent = row.Int32("max_concurrent"),
            Occurrences = row.Int64("occurrences"),
            State = row.Word<BackfillState>("state"),
            NextTime = row.At("next_time"),
            WaitsFor = row.WordOrNull<BackfillWait>("waits_for"),
            Version = row.Int64("version"),
            CreatedAt = row.At("created_at"),
            CreatedBy = row.Text("created_by"),
            UpdatedAt = row.At("updated_at"),
            EndedAt = row.AtOrNull("ended_at"),
        };
}
