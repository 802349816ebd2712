using System.Text.Json;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>
/// Goes through the pipelines of bulks. Pauses are changed a batch at a time in one script with the note of it; a run is asked for under
/// the bulk's id, so what is done twice, or by two processes at once, is done once.
/// </summary>
public sealed class BulkWork(
    BulkStore bulks,
    BackfillStore occurrences,
    RunStore runs,
    RunRequests requests,
    RunCancelling cancelling,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    private const int Open = 10;
    private const int PausesAtOnce = 500;
    private const int PipelinesAtOnce = 100;
    private const int Parallel = 8;

    /// <summary>The most failures of one pipeline that one bulk does again.</summary>
    private const int MostReplays = 100;

    /// <summary>Does all that is to be done now.</summary>
    public async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        foreach (var bulk in await bulks.ListOpenAsync(Open, cancellationToken))
        {
            var current = bulk;
            while (current is { State: BulkState.Running or BulkState.Undoing })
            {
                current = await StepAsync(current, cancellationToken);
            }
        }
    }

    /// <summary>One batch; how the bulk stands after it.</summary>
    private async Task<Bulk> StepAsync(Bulk bulk, CancellationToken cancellationToken)
    {
        var from = bulk.State == BulkState.Running ? BulkItemState.Pending : BulkItemState.Done;
        var changesPauses = bulk.Action is BulkAction.Pause or BulkAction.Resume;
        var items = await bulks.ListItemsAsync(
            bulk.BulkId,
            from,
            afterNth: -1,
            changesPauses ? PausesAtOnce : PipelinesAtOnce,
            cancellationToken
        );
        var now = await clock.ReadAsync(cancellationToken);
        if (items.Count == 0)
        {
            return await bulks.FinishAsync(bulk, now, cancellationToken);
        }
        if (changesPauses)
        {
            await bulks.SetPausesAsync(
                bulk,
                [
                    .. items.Select(item =>
                        bulk.State == BulkState.Running
                            ? BulkRules.Apply(bulk, item, ids.NewId(now), now)
                            : BulkRules.TakeBack(item, ids.NewId(now), now)
                    ),
                ],
                now,
                cancellationToken
            );
            signal.Raise();
        }
        else
        {
            await RunAsync(bulk, items, from, cancellationToken);
        }
        return await bulks.GetAsync(bulk.BulkId, cancellationToken) ?? bulk;
    }

    private async Task RunAsync(
        Bulk bulk,
        IReadOnlyList<BulkItem> items,
        BulkItemState from,
        CancellationToken cancellationToken
    )
    {
        var settled = new BulkSettlement[items.Count];
        await System.Threading.Tasks.Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (nth, token) =>
                settled[nth] = (bulk.State, bulk.Action) switch
                {
                    (BulkState.Undoing, _) => await WithdrawAsync(bulk, items[nth], token),
                    (_, BulkAction.RunNow) => await RunNowAsync(bulk, items[nth], token),
                    _ => await ReplayAsync(bulk, items[nth], token),
                }
        );
        if (await bulks.SettleAsync(bulk.BulkId, from, settled, cancellationToken) < settled.Length)
        {
            await TakeBackLateAsync(bulk, settled, cancellationToken);
        }
    }

    /// <summary>Runs that were made while the bulk was being turned round: nobody else knows of them.</summary>
    private async Task TakeBackLateAsync(Bulk bulk, BulkSettlement[] settled, CancellationToken cancellationToken)
    {
        if (
            await bulks.GetAsync(bulk.BulkId, cancellationToken) is not { State: BulkState.Undoing or BulkState.Undone }
        )
        {
            return;
        }
        var customers = (
            await bulks.ListItemsAsync(
                bulk.BulkId,
                BulkItemState.Undone,
                settled[0].Nth - 1,
                settled.Length,
                cancellationToken
            )
        ).ToDictionary(item => item.Nth, item => item.CustomerId);
        foreach (var late in settled.Where(it => it.RunIds is not null && customers.ContainsKey(it.Nth)))
        {
            foreach (var runId in JsonSerializer.Deserialize<string[]>(late.RunIds!)!)
            {
                await cancelling.WithdrawAsync(customers[late.Nth], runId, bulk.Actor, cancellationToken);
            }
        }
    }

    private async Task<BulkSettlement> RunNowAsync(Bulk bulk, BulkItem item, CancellationToken cancellationToken) =>
        Settle(
            item,
            [await requests.RunNowAsync(item.CustomerId, item.ConfigId, bulk.BulkId, bulk.Actor, cancellationToken)]
        );

    private async Task<BulkSettlement> ReplayAsync(Bulk bulk, BulkItem item, CancellationToken cancellationToken)
    {
        var failures = (
            await occurrences.OutcomesAsync(
                item.CustomerId,
                item.ConfigId,
                bulk.FailedSince!.Value,
                bulk.CreatedAt,
                MostReplays * 10,
                cancellationToken
            )
        )
            .Where(outcome => outcome is { HasFailed: true, HasCompleted: false, IsOpen: false })
            .Take(MostReplays)
            .ToList();
        var results = new List<RunRequestResult>();
        foreach (var failure in failures)
        {
            var failed = await runs.ListAsync(
                item.CustomerId,
                new RunFilter
                {
                    ConfigId = item.ConfigId,
                    State = RunState.Failed,
                    From = failure.ScheduledTime,
                    To = failure.ScheduledTime.PlusTicks(10),
                    Limit = 1,
                },
                cancellationToken
            );
            foreach (var run in failed)
            {
                results.Add(
                    await requests.ReplayAsync(item.CustomerId, run.RunId, bulk.BulkId, bulk.Actor, cancellationToken)
                );
            }
        }
        return results.Count == 0
            ? new BulkSettlement(item.Nth, BulkItemState.Refused, "NOTHING_FAILED", RunIds: null)
            : Settle(item, results);
    }

    private static BulkSettlement Settle(BulkItem item, IReadOnlyList<RunRequestResult> results)
    {
        var made = results
            .Select(result =>
                result switch
                {
                    RunRequestResult.Queued(var run) => run.RunId,
                    RunRequestResult.AskedBefore(var run) => run.RunId,
                    _ => null,
                }
            )
            .OfType<string>()
            .ToList();
        var refusal = results
            .OfType<RunRequestResult.Refused>()
            .Select(result => (RunRefusal?)result.Reason)
            .FirstOrDefault();
        var detail =
            refusal is { } reason ? Contracts.Wire.Name(reason)
            : made.Count == 0 ? "NO_SUCH_PIPELINE"
            : null;
        return new BulkSettlement(
            item.Nth,
            made.Count > 0 ? BulkItemState.Done : BulkItemState.Refused,
            detail,
            made.Count > 0 ? JsonSerializer.Serialize(made) : null
        );
    }

    private async Task<BulkSettlement> WithdrawAsync(Bulk bulk, BulkItem item, CancellationToken cancellationToken)
    {
        var started = 0;
        foreach (var runId in item.RunIds)
        {
            if (!await cancelling.WithdrawAsync(item.CustomerId, runId, bulk.Actor, cancellationToken))
            {
                started++;
            }
        }
        return started == 0
            ? new BulkSettlement(item.Nth, BulkItemState.Undone, Detail: null, RunIds: null)
            : new BulkSettlement(item.Nth, BulkItemState.Kept, "STARTED", RunIds: null);
    }
}
