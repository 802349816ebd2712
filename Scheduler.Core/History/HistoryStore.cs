using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>Reads what is exported, in pages, and keeps how far that has come.</summary>
internal sealed class HistoryStore(ISqlEngine engine)
{
    public async Task<ExportMark> MarkAsync(string stream, CancellationToken cancellationToken)
    {
        var found = await engine.RunAsync(
            new("history", "get_mark"),
            new SqlArguments().With("stream", stream),
            row => new ExportMark(row.At("at"), row.Text("id")),
            cancellationToken
        );
        return found.Count > 0 ? found[0] : ExportMark.Start;
    }

    /// <summary>Moves the mark on, never back.</summary>
    public async Task MoveMarkAsync(string stream, ExportMark mark, CancellationToken cancellationToken) =>
        await engine.RunAsync(
            new("history", "move_mark"),
            new SqlArguments().With("stream", stream).With("at", mark.At).With("id", mark.Id),
            row => row.Int64("moved"),
            cancellationToken
        );

    /// <summary>Runs that ended after the mark, by their ends; each with the mark that it makes.</summary>
    public Task<IReadOnlyList<(ExportMark Mark, EndedRun Run)>> EndedRunsAsync(
        ExportMark after,
        Instant until,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("history", "list_ended_runs"),
            new SqlArguments()
                .With("afterAt", after.At)
                .With("afterId", after.Id)
                .With("until", until)
                .With("limit", limit),
            row => (new ExportMark(row.At("ended_at"), row.Text("run_id")), EndedRun.From(row)),
            cancellationToken
        );

    public Task<IReadOnlyList<UsageDayCopy>> UsageDaysAsync(
        IReadOnlyList<UsageSpan> spans,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("history", "list_usage_days"),
            new SqlArguments().WithRows("rows", spans),
            UsageDayCopy.From,
            cancellationToken
        );

    /// <summary>Entries after an id and below another.</summary>
    public Task<IReadOnlyList<AuditEntry>> AuditEntriesAsync(
        string afterId,
        string beforeId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("history", "list_audit_entries"),
            new SqlArguments().With("afterId", afterId).With("beforeId", beforeId).With("limit", limit),
            AuditStore.Map,
            cancellationToken
        );

    public Task<IReadOnlyList<CustomerCopy>> CustomersAsync(
        string afterId,
        int limit,
        CancellationToken cancellationToken
    ) => engine.RunAsync(new("history", "list_customers"), Page(afterId, limit), CustomerCopy.From, cancellationToken);

    public Task<IReadOnlyList<SubscriptionCopy>> SubscriptionsAsync(
        string afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("history", "list_subscriptions"),
            Page(afterId, limit),
            SubscriptionCopy.From,
            cancellationToken
        );

    public Task<IReadOnlyList<PipelineCopy>> PipelinesAsync(
        string afterId,
        int limit,
        CancellationToken cancellationToken
    ) => engine.RunAsync(new("history", "list_pipelines"), Page(afterId, limit), PipelineCopy.From, cancellationToken);

    private static SqlArguments Page(string afterId, int limit) =>
        new SqlArguments().With("afterId", afterId).With("limit", limit);
}
