using NodaTime;
using Scheduler.Core.Audit;

namespace Scheduler.Core.Storage;

/// <summary>The audit trail, its chains, and the counts of refused calls.</summary>
public sealed class AuditStore(ISqlEngine engine)
{
    /// <summary>Customers of whom the trail knows nothing: their chain is gone.</summary>
    public Task<IReadOnlyList<string>> CustomersWithoutChainAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("audit", "customers_without_chain"),
            new SqlArguments().With("limit", limit),
            row => row.Text("customer_id"),
            cancellationToken
        );

    /// <summary>Writes a row of the operators' chain for what is no change of one thing.</summary>
    public Task RecordAsync(
        AuditStamp stamp,
        string action,
        string target,
        string document,
        Instant now,
        CancellationToken cancellationToken
    ) => RecordAsync(new("audit", "record"), Entry(stamp, action, target, document, now), cancellationToken);

    /// <summary>Writes a row of the customer's chain for what a call asks for and other scripts do.</summary>
    public Task RecordAsync(
        string customerId,
        AuditStamp stamp,
        string action,
        string target,
        string document,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        RecordAsync(
            new("audit", "record_for_customer"),
            Entry(stamp, action, target, document, now).With("customerId", customerId),
            cancellationToken
        );

    /// <summary>A page of the rows without a place, in the order of their ids, each with its chain's head.</summary>
    public Task<IReadOnlyList<UnchainedEntry>> ListUnchainedAsync(
        string afterId,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("audit", "list_unchained"),
            new SqlArguments().With("afterId", afterId).With("limit", limit),
            row => new UnchainedEntry(Map(row), row.Int64("head_position"), row.TextOrNull("head_hash")),
            cancellationToken
        );

    /// <summary>Puts rows in their places in those chains whose head is still the one that was read.</summary>
    /// <returns>How many chains that were.</returns>
    public async Task<int> ExtendAsync(ChainExtension extension, Instant now, CancellationToken cancellationToken)
    {
        var extended = await engine.RunAsync(
            new("audit", "extend"),
            new SqlArguments().WithRows("heads", extension.Heads).WithRows("rows", extension.Links).With("now", now),
            row => row.Text("chain"),
            cancellationToken
        );
        return extended.Count;
    }

    /// <summary>The first chain after the given one; null after the last.</summary>
    public async Task<string?> NextChainAsync(string after, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("audit", "next_chain"),
            new SqlArguments().With("after", after),
            row => row.TextOrNull("chain"),
            cancellationToken
        );

    /// <summary>Null for a chain without a head.</summary>
    public async Task<ChainHead?> HeadAsync(string chain, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("audit", "head"),
            new SqlArguments().With("chain", chain),
            row => new ChainHead(row.Int64("position"), row.Text("entry_hash")),
            cancellationToken
        );

    /// <summary>A page of a chain, in its order.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListChainedAsync(
        string chain,
        long afterPosition,
        int limit,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("audit", "chained"),
            new SqlArguments().With("chain", chain).With("afterPosition", afterPosition).With("limit", limit),
            Map,
            cancellationToken
        );

    /// <summary>A page of the trail, newest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(AuditFilter filter, CancellationToken cancellationToken)
    {
        var highest = filter.To is { } to ? AuditIds.LowestAt(to + Duration.FromMilliseconds(1)) : AuditIds.Highest;
        var before = filter.AfterId is { } after && string.CompareOrdinal(after, highest) < 0 ? after : highest;
        var arguments = new SqlArguments()
            .With("beforeId", before)
            .With("lowestId", filter.From is { } from ? AuditIds.LowestAt(from) : "")
            .With("from", filter.From)
            .With("to", filter.To)
            .With("limit", filter.Limit);
        return filter.CustomerId is { } customerId
            ? engine.RunAsync(
                new("audit", "list_of_customer"),
                arguments.With("customerId", customerId),
                Map,
                cancellationToken
            )
            : engine.RunAsync(new("audit", "list"), arguments, Map, cancellationToken);
    }

    /// <summary>Adds counts to those that are there, and drops what is older than the given time.</summary>
    public async Task CountRefusalsAsync(
        IReadOnlyList<RefusedCalls> rows,
        Instant keepFrom,
        CancellationToken cancellationToken
    ) =>
        await engine.RunAsync(
            new("audit", "count_refusals"),
            new SqlArguments().WithRows("rows", rows).With("keepFrom", keepFrom),
            row => row.Int64("counted"),
            cancellationToken
        );

    /// <summary>A page of the counts of refused calls, newest first.</summary>
    public Task<IReadOnlyList<RefusedCalls>> ListRefusalsAsync(
        RefusalFilter filter,
        CancellationToken cancellationToken
    )
    {
        var arguments = new SqlArguments()
            .With("minute", filter.After?.Minute ?? filter.To ?? Microseconds.Never)
            .With("caller", filter.After?.Caller ?? "")
            .With("route", filter.After?.Route ?? "")
            .With("status", filter.After?.Status ?? 0)
            .With("from", filter.From ?? Instant.FromUnixTimeTicks(0))
            .With("limit", filter.Limit);
        return filter.CustomerId is { } customerId
            ? engine.RunAsync(
                new("audit", "list_refusals_of_customer"),
                arguments.With("customerId", customerId),
                MapRefusals,
                cancellationToken
            )
            : engine.RunAsync(new("audit", "list_refusals"), arguments, MapRefusals, cancellationToken);
    }

    private static RefusedCalls MapRefusals(SqlRow row) =>
        new(
            row.At("minute"),
            row.Text("caller"),
            row.Text("route"),
            row.Int32("status"),
            row.TextOrNull("customer_id"),
            row.Int64("calls")
        );

    internal static AuditEntry Map(SqlRow row) =>
        new()
        {
            AuditId = row.Text("audit_id"),
            Chain = row.Text("chain"),
            CustomerId = row.TextOrNull("customer_id"),
            At = row.At("at"),
            ActorKind = row.Word<ActorKind>("actor_kind"),
            KeyId = row.Text("key_id"),
            RequestId = row.TextOrNull("request_id"),
            Action = row.Text("action"),
            Target = row.Text("target"),
            BeforeJson = row.TextOrNull("before_json"),
            AfterJson = row.TextOrNull("after_json"),
            Position = row.Int64OrNull("position"),
            PreviousHash = row.TextOrNull("previous_hash"),
            EntryHash = row.TextOrNull("entry_hash"),
        };

    private Task<IReadOnlyList<long>> RecordAsync(
        SqlOperation operation,
        SqlArguments arguments,
        CancellationToken cancellationToken
    ) => engine.RunAsync(operation, arguments, row => row.Int64("recorded"), cancellationToken);

    private static SqlArguments Entry(AuditStamp stamp, string action, string target, string document, Instant now) =>
        new SqlArguments()
            .With(stamp)
            .With("action", action)
            .With("target", target)
            .With("document", document)
            .With("now", now);
}
