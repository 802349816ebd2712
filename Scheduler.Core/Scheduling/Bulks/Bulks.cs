using System.Text.Json;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>
/// One action of an operator on many pipelines: the pipelines are found and noted at once, <see cref="BulkWork"/> goes through them.
/// </summary>
public sealed class Bulks(
    BulkStore bulks,
    PipelineConfigStore configs,
    AuditStore audit,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <summary>The most pipelines of one.</summary>
    public const int MostPipelines = 100_000;

    /// <summary>Failures are done again as far back as this where nothing else is asked for.</summary>
    public static readonly Duration FailuresBack = Duration.FromHours(24);

    private const int Page = 1_000;
    private const int Shown = 10;

    /// <summary>Notes what is to be done, or only says it.</summary>
    /// <param name="until">For a pause; null for one without end.</param>
    /// <param name="failedSince">For failures; null for <see cref="FailuresBack"/>.</param>
    /// <param name="isDryRun">Writes nothing.</param>
    public async Task<BulkResult> StartAsync(
        BulkAction action,
        BulkFilter filter,
        string reason,
        Instant? until,
        Instant? failedSince,
        bool isDryRun,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        if (until <= now)
        {
            return new BulkResult.OverAlready(now);
        }
        var targets = new List<BulkTarget>();
        var first = new List<FoundPipeline>();
        var untouched = 0L;
        await foreach (var found in FindAsync(filter, now, cancellationToken))
        {
            if (!BulkRules.Concerns(action, found.State))
            {
                untouched++;
                continue;
            }
            if (targets.Count == MostPipelines)
            {
                return new BulkResult.TooMany(MostPipelines);
            }
            targets.Add(new BulkTarget(found.Config.CustomerId, found.Config.ConfigId));
            if (first.Count < Shown)
            {
                first.Add(found);
            }
        }
        if (isDryRun)
        {
            return new BulkResult.Planned(targets.Count, untouched, first);
        }
        if (targets.Count == 0)
        {
            return new BulkResult.Nothing();
        }
        var bulk = new Bulk
        {
            BulkId = ids.NewId(now),
            Action = action,
            Filter = JsonSerializer.Serialize(filter, WireJson.Options),
            Reason = reason,
            Until = until?.ToMicroseconds(),
            FailedSince =
                action == BulkAction.ReplayFailed ? (failedSince ?? now - FailuresBack).ToMicroseconds() : null,
            State = BulkState.Running,
            Total = targets.Count,
            CreatedAt = now,
            Actor = actor,
            UpdatedAt = now,
            EndedAt = null,
        };
        await RecordAsync(bulk, "bulk.start", actor, now, cancellationToken);
        var started = await bulks.StartAsync(bulk, targets, cancellationToken);
        signal.Raise();
        return new BulkResult.Accepted(started);
    }

    /// <summary>Takes back what a bulk has done, and leaves undone what it has not come to. A second call changes nothing.</summary>
    public async Task<BulkResult> UndoAsync(string bulkId, Actor actor, CancellationToken cancellationToken)
    {
        if (await bulks.GetAsync(bulkId, cancellationToken) is not { } bulk)
        {
            return new BulkResult.NotThere();
        }
        if (bulk.State is BulkState.Undoing or BulkState.Undone)
        {
            return new BulkResult.Accepted(bulk);
        }
        var now = await clock.ReadAsync(cancellationToken);
        await RecordAsync(bulk, "bulk.undo", actor, now, cancellationToken);
        var turned = await bulks.BeginUndoAsync(bulkId, now, cancellationToken);
        signal.Raise();
        return new BulkResult.Accepted(turned);
    }

    private async IAsyncEnumerable<FoundPipeline> FindAsync(
        BulkFilter filter,
        Instant now,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var page = new PipelineFilter
        {
            // Narrows what is read; the id as a whole is compared below.
            Search = filter.Search ?? filter.CustomerId,
            Provider = filter.Provider,
            State = filter.State,
            Limit = Page,
        };
        while (true)
        {
            var found = await configs.SearchAsync(page, now, cancellationToken);
            foreach (
                var pipeline in found.Where(it =>
                    filter.CustomerId is null || it.Config.CustomerId == filter.CustomerId
                )
            )
            {
                yield return pipeline;
            }
            if (found.Count < Page)
            {
                yield break;
            }
            page = page with { After = found[^1].Place };
        }
    }

    private Task RecordAsync(Bulk bulk, string action, Actor actor, Instant now, CancellationToken cancellationToken) =>
        audit.RecordAsync(
            new AuditStamp(ids.NewId(now), actor),
            action,
            bulk.BulkId,
            JsonSerializer.Serialize(
                new
                {
                    action = Wire.Name(bulk.Action),
                    filter = JsonSerializer.Deserialize<JsonElement>(bulk.Filter),
                    reason = bulk.Reason,
                    total = bulk.Total,
                }
            ),
            now,
            cancellationToken
        );
}
