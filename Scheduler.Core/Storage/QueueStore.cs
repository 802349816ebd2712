using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Storage;

/// <summary>The queue: claims, leases and their ends. Every write is guarded by the item's state and its lease token.</summary>
public sealed class QueueStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>Leases lost before a run is given up.</summary>
    public const int MaxLeaseLosses = 3;

    /// <summary>Whether giving out leases and ending them may go on at the same time.</summary>
    public bool WritesConcurrently => engine.WritesConcurrently;

    /// <summary>Whether every look at the queue costs money.</summary>
    public bool ReadsAreCharged => engine.ReadsAreCharged;

    /// <summary>Least time between two scripts of one kind of call.</summary>
    public TimeSpan FlushInterval => engine.FlushInterval;

    /// <summary>Leases up to <see cref="ClaimRequest.Count"/> items to each claim in one look, first come, first served.</summary>
    /// <returns>One result per claim, in order.</returns>
    public async Task<IReadOnlyList<ClaimResult>> TryClaimAsync(
        IReadOnlyList<ClaimRequest> claims,
        Duration lease,
        CancellationToken cancellationToken
    )
    {
        var ranges = new List<ClaimRange>(claims.Count);
        var (count, spare) = (0, 0);
        foreach (var claim in claims)
        {
            ranges.Add(new(ranges.Count, claim.WorkerId, claim.Nonce, count + 1, count + claim.Count));
            count += claim.Count;
            spare = Math.Max(spare, claim.Spare);
        }
        var rows = await engine.RunAsync(
            new("queue", "claim"),
            new SqlArguments()
                .With("now", clock.ForScript)
                .WithRows("rows", ranges)
                .With("count", count)
                .With("visit", count + spare)
                .With("leaseMicros", Micros(lease)),
            row => (More: row.Bool("more"), Nth: row.Int64OrNull("nth"), Item: LeaseItemRow.Map(row, lease)),
            cancellationToken
        );
        var items = claims.Select(_ => new List<LeaseItem>()).ToList();
        foreach (var (_, nth, item) in rows)
        {
            if (item is not null)
            {
                items[(int)nth!].Add(item);
            }
        }
        return items.ConvertAll(taken => new ClaimResult(taken, rows[0].More));
    }

    /// <summary>Extends live leases; answers in the order asked.</summary>
    public Task<IReadOnlyList<HeartbeatResult>> ExtendAsync(
        IReadOnlyList<LeaseReference> leases,
        Duration lease,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "heartbeat"),
            new SqlArguments().With("now", clock.ForScript).WithRows("rows", leases).With("leaseMicros", Micros(lease)),
            row => new HeartbeatResult
            {
                QueueId = row.Text("queue_id"),
                Status = row.Word<HeartbeatStatus>("status"),
                LeaseExpiresAt = row.AtOrNull("lease_expires_at"),
            },
            cancellationToken
        );

    /// <summary>The facts of those leases that are still held under their token; null when none is.</summary>
    public async Task<HeldLeases?> LeaseFactsAsync(
        IReadOnlyList<LeaseQuestion> leases,
        CancellationToken cancellationToken
    )
    {
        var rows = await engine.RunAsync(
            new("queue", "lease_facts"),
            new SqlArguments().With("now", clock.ForScript).WithRows("rows", leases),
            row => (Now: row.At("now"), Facts: Facts(row)),
            cancellationToken
        );
        return rows.Count == 0 ? null : new HeldLeases(rows[0].Now, [.. rows.Select(row => row.Facts)]);
    }

    /// <summary>A page of leases that have run out, in the order of their ends.</summary>
    /// <param name="now">Leases that end then or before have run out.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    public Task<IReadOnlyList<LeaseFacts>> ListExpiredAsync(
        Instant now,
        LeaseFacts? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "list_expired"),
            new SqlArguments()
                .With("now", now)
                .With("afterExpiry", after?.LeaseExpiresAt ?? Instant.FromUnixTimeTicks(0))
                .With("afterId", after?.QueueId ?? "")
                .With("limit", limit),
            Facts,
            cancellationToken
        );

    /// <summary>Ends leases; one answer per entry, in order. An entry whose lease is not held any more writes nothing.</summary>
    public Task<IReadOnlyList<EndedLease>> EndAsync(
        IReadOnlyList<LeaseEnd> ends,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "end_leases"),
            new SqlArguments().With("now", now).WithRows("rows", ends).With("maxLosses", MaxLeaseLosses),
            row => new EndedLease(
                row.Text("queue_id"),
                row.WordOrNull<RunState>("state"),
                row.WordOrNull<ErrorType>("error_type"),
                row.AtOrNull("retry_at"),
                row.TextOrNull("run_id"),
                row.TextOrNull("config_id"),
                row.Bool("has_successor"),
                row.Bool("frees_work")
            ),
            cancellationToken
        );

    /// <summary>Pipelines whose parked items have nothing in front of them any more.</summary>
    public Task<IReadOnlyList<string>> ListParkedAsync(Instant now, int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("queue", "list_parked"),
            new SqlArguments().With("now", now).With("limit", limit),
            row => row.Text("config_id"),
            cancellationToken
        );

    /// <summary>Lets the next parked item of each pipeline through, where nothing is open in front of it.</summary>
    public async Task<int> ReleaseParkedAsync(
        IReadOnlyList<string> configIds,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("queue", "release_parked"),
            new SqlArguments().With("now", now).WithRows("rows", configIds.Select(id => new ConfigKey(id)).ToList()),
            row => row.Int32("released"),
            cancellationToken
        );

    /// <summary>
    /// Notes since when customers that may not run and paused pipelines keep items waiting, and forgets those that came back.
    /// </summary>
    public Task NoteHoldsAsync(Instant now, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("queue", "note_holds"),
            new SqlArguments().With("now", now),
            row => row.Int64("held"),
            cancellationToken
        );

    /// <summary>
    /// Items held back by their customer or a pause of their pipeline since <paramref name="heldBefore"/> or longer, and those of
    /// pipelines that were switched off.
    /// </summary>
    public Task<IReadOnlyList<WaitingRun>> ListOverdueWaitingAsync(
        Instant now,
        Instant heldBefore,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "list_overdue_waiting"),
            new SqlArguments().With("now", now).With("heldBefore", heldBefore).With("limit", limit),
            row => new WaitingRun(row.Text("run_id"), row.Word<SkipReason>("reason")),
            cancellationToken
        );

    /// <summary>Runs of a pipeline that have not started.</summary>
    public Task<IReadOnlyList<WaitingRun>> ListWaitingOfConfigAsync(
        string configId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "list_waiting_of_config"),
            new SqlArguments().With("configId", configId).With("limit", limit),
            row => new WaitingRun(row.Text("run_id"), row.Word<SkipReason>("reason")),
            cancellationToken
        );

    /// <summary>Ends runs that have not started; those that have meanwhile are left alone. Returns what was skipped.</summary>
    public async Task<IReadOnlyList<(string RunId, string ConfigId)>> SkipWaitingAsync(
        IReadOnlyList<WaitingRun> runs,
        string actor,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var days = (
            await engine.RunAsync(
                new("queue", "list_zones"),
                new SqlArguments().WithRows("rows", runs.Select(run => new RunKey(run.RunId)).ToList()),
                row =>
                    (RunId: row.Text("run_id"), Day: UsageDay.Of(row.Text("customer_id"), row.Text("timezone"), now)),
                cancellationToken
            )
        )
            .DistinctBy(found => found.RunId)
            .ToDictionary(found => found.RunId, found => found.Day);
        var skips = runs.DistinctBy(run => run.RunId)
            .Where(run => days.ContainsKey(run.RunId))
            .Select(run => new Skip(run.RunId, run.Reason, run.Note, days[run.RunId].UsageId, days[run.RunId].Date))
            .ToList();
        return await engine.RunAsync(
            new("queue", "skip_waiting"),
            new SqlArguments().With("now", now).With("actor", actor).WithRows("rows", skips),
            row => (row.Text("run_id"), row.Text("config_id")),
            cancellationToken
        );
    }

    /// <summary>Asks running runs to stop; returns those that are running.</summary>
    public Task<IReadOnlyList<string>> RequestCancelAsync(
        IReadOnlyList<string> runIds,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("queue", "request_cancel"),
            new SqlArguments().With("now", now).WithRows("rows", runIds.Select(id => new RunKey(id)).ToList()),
            row => row.Text("run_id"),
            cancellationToken
        );

    /// <summary>Brings customers with visible work back into the round; all of them when no one is named.</summary>
    /// <returns>Above 0 when there may be something to claim.</returns>
    public async Task<long> WakeCustomersAsync(string? customerId, Instant now, CancellationToken cancellationToken) =>
        (
            await engine.RunAsync(
                new("queue", "wake_customers"),
                new SqlArguments().With("now", now).With("customerId", customerId),
                row => row.Int64("woken"),
                cancellationToken
            )
        ).Sum();

    /// <summary>When there may next be something to claim; null when nothing is queued.</summary>
    public async Task<Instant?> NextVisibleAsync(CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("queue", "next_visible"),
            new SqlArguments(),
            row => row.AtOrNull("ready_at"),
            cancellationToken
        );

    /// <summary>Deletes up to <paramref name="limit"/> items that finished before the given instant.</summary>
    public async Task<int> PurgeFinishedAsync(
        Instant completedBefore,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("queue", "purge_finished"),
            new SqlArguments().With("completedBefore", completedBefore).With("limit", limit),
            row => row.Int32("purged"),
            cancellationToken
        );

    private static long Micros(Duration duration) => duration.BclCompatibleTicks / 10;

    private static LeaseFacts Facts(SqlRow row) =>
        new()
        {
            QueueId = row.Text("queue_id"),
            LeaseToken = row.Text("lease_token"),
            LeaseExpiresAt = row.At("lease_expires_at"),
            RunId = row.Text("run_id"),
            ConfigId = row.Text("config_id"),
            CustomerId = row.Text("customer_id"),
            ScheduledTime = row.At("scheduled_time"),
            RetryAttempt = row.Int32("retry_attempt"),
            Lane = row.Text("lane"),
            RetryConfig = row.TextOrNull("retry_config"),
            CustomerTimezone = row.Text("customer_timezone"),
        };

    private sealed record ClaimRange(int Nth, string WorkerId, string Nonce, int First, int Last);

    private sealed record ConfigKey(string ConfigId);

    private sealed record RunKey(string RunId);

    private sealed record Skip(
        string RunId,
        SkipReason Reason,
        string? Note,
        string EndUsageId,
        LocalDate EndUsageDate
    );
}
