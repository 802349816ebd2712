using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Core.Storage;

/// <summary>Actions on many pipelines at once, and what became of each.</summary>
public sealed class BulkStore(ISqlEngine engine)
{
    /// <summary>Later than every id, in every order of letters.</summary>
    private const string AfterAll = "zz";

    public Task<Bulk> StartAsync(Bulk bulk, IReadOnlyList<BulkTarget> targets, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("bulks", "start"),
            new SqlArguments()
                .With("bulkId", bulk.BulkId)
                .With("action", Wire.Name(bulk.Action))
                .With("filter", bulk.Filter)
                .With("reason", bulk.Reason)
                .With("until", bulk.Until)
                .With("failedSince", bulk.FailedSince)
                .With("actorKind", Wire.Name(bulk.Actor.Kind))
                .With("actor", bulk.Actor.KeyId)
                .With("requestId", bulk.Actor.RequestId)
                .WithRows("rows", targets)
                .With("now", bulk.CreatedAt),
            Map,
            cancellationToken
        );

    /// <summary>Null when there is no such bulk.</summary>
    public async Task<Bulk?> GetAsync(string bulkId, CancellationToken cancellationToken) =>
        await engine.FindAsync(new("bulks", "get"), Named(bulkId), Map, cancellationToken);

    /// <summary>A page, newest first, older than the given one; all, or those that stand so.</summary>
    public Task<IReadOnlyList<Bulk>> ListAsync(
        BulkState? state,
        string? beforeId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("bulks", "list"),
            new SqlArguments()
                .With("state", state is { } known ? Wire.Name(known) : null)
                .With("beforeId", beforeId ?? AfterAll)
                .With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>Those with something left to do, oldest first.</summary>
    public Task<IReadOnlyList<Bulk>> ListOpenAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(new("bulks", "list_open"), new SqlArguments().With("limit", limit), Map, cancellationToken);

    /// <summary>How many items stand where.</summary>
    public async Task<IReadOnlyDictionary<BulkItemState, long>> CountItemsAsync(
        string bulkId,
        CancellationToken cancellationToken
    ) =>
        (
            await engine.RunAsync(
                new("bulks", "count_items"),
                Named(bulkId),
                row => (State: row.Word<BulkItemState>("state"), Items: row.Int64("items")),
                cancellationToken
            )
        ).ToDictionary(count => count.State, count => count.Items);

    /// <summary>A page of the items that stand so, in their order, after the given one.</summary>
    public Task<IReadOnlyList<BulkItem>> ListItemsAsync(
        string bulkId,
        BulkItemState state,
        long afterNth,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("bulks", "list_items"),
            Named(bulkId).With("state", Wire.Name(state)).With("afterNth", afterNth).With("limit", limit),
            row => new BulkItem
            {
                Nth = row.Int64("nth"),
                CustomerId = row.Text("customer_id"),
                ConfigId = row.Text("config_id"),
                State = row.Word<BulkItemState>("state"),
                Detail = row.TextOrNull("detail"),
                RunIds = row.Texts("run_ids"),
                Before = (row.AtOrNull("before_until"), row.TextOrNull("before_by"), row.TextOrNull("before_reason")),
                AfterUntil = row.AtOrNull("after_until"),
            },
            cancellationToken
        );

    /// <summary>Changes the pauses of the items' pipelines and notes it, all in one; an item that has moved on is left alone.</summary>
    /// <returns>How many items were settled.</returns>
    public async Task<int> SetPausesAsync(
        Bulk bulk,
        IReadOnlyList<BulkPause> pauses,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var isUndoing = bulk.State == BulkState.Undoing;
        return await engine.SingleAsync(
            new("bulks", "set_pauses"),
            Named(bulk.BulkId)
                .With("bulkState", Wire.Name(bulk.State))
                .With("itemState", Wire.Name(isUndoing ? BulkItemState.Done : BulkItemState.Pending))
                .With("doneState", Wire.Name(isUndoing ? BulkItemState.Undone : BulkItemState.Done))
                .With("refusedState", Wire.Name(isUndoing ? BulkItemState.Kept : BulkItemState.Refused))
                .WithRows("rows", pauses)
                .With("now", now),
            row => row.Int32("settled"),
            cancellationToken
        );
    }

    /// <summary>Notes what became of items that still stand so; how many those were.</summary>
    public async Task<int> SettleAsync(
        string bulkId,
        BulkItemState from,
        IReadOnlyList<BulkSettlement> settlements,
        CancellationToken cancellationToken
    ) =>
        await engine.SingleAsync(
            new("bulks", "settle_items"),
            Named(bulkId).With("itemState", Wire.Name(from)).WithRows("rows", settlements),
            row => row.Int32("settled"),
            cancellationToken
        );

    /// <summary>Turns it round, if it is running or done; how it stands then.</summary>
    public Task<Bulk> BeginUndoAsync(string bulkId, Instant now, CancellationToken cancellationToken) =>
        engine.SingleAsync(new("bulks", "begin_undo"), Named(bulkId).With("now", now), Map, cancellationToken);

    /// <summary>Ends it, or its undoing, if nothing is left to do; how it stands then.</summary>
    public Task<Bulk> FinishAsync(Bulk bulk, Instant now, CancellationToken cancellationToken)
    {
        var isUndoing = bulk.State == BulkState.Undoing;
        return engine.SingleAsync(
            new("bulks", "finish"),
            Named(bulk.BulkId)
                .With("bulkState", Wire.Name(bulk.State))
                .With("itemState", Wire.Name(isUndoing ? BulkItemState.Done : BulkItemState.Pending))
                .With("doneState", Wire.Name(isUndoing ? BulkState.Undone : BulkState.Done))
                .With("now", now),
            Map,
            cancellationToken
        );
    }

    private static SqlArguments Named(string bulkId) => new SqlArguments().With("bulkId", bulkId);

    private static Bulk Map(SqlRow row) =>
        new()
        {
            BulkId = row.Text("bulk_id"),
            Action = row.Word<BulkAction>("action"),
            Filter = row.JsonOrNull("filter")?.GetRawText() ?? "{}",
            Reason = row.Text("reason"),
            Until = row.AtOrNull("until"),
            FailedSince = row.AtOrNull("failed_since"),
            State = row.Word<BulkState>("state"),
            Total = row.Int64("total"),
            CreatedAt = row.At("created_at"),
            Actor = new Actor(row.Word<ActorKind>("actor_kind"), row.Text("actor"), row.TextOrNull("request_id")),
            UpdatedAt = row.At("updated_at"),
            EndedAt = row.AtOrNull("ended_at"),
        };
}
