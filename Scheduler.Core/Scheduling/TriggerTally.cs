using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling;

/// <summary>Adds up the batches of one trigger call.</summary>
internal sealed class TriggerTally
{
    private readonly Dictionary<string, int> skippedByReason = [];
    private readonly List<SetAsidePipeline> setAside = [];
    private int planned;
    private int passedOver;
    private int alreadyPlanned;

    public int Queued { get; private set; }
    public int Skipped => skippedByReason.Values.Sum();
    public int Batches { get; private set; }

    public void Add(PlannedBatch batch, BatchOutcome outcome, int mostSetAside)
    {
        Batches++;
        planned += batch.Pipelines.Count;
        passedOver += batch.PassedOver;
        alreadyPlanned += outcome.Lost;
        Queued += outcome.Queued;
        foreach (var (reason, count) in outcome.SkippedByReason)
        {
            skippedByReason[reason] = skippedByReason.GetValueOrDefault(reason) + count;
        }
        setAside.AddRange(
            batch
                .SetAside.Take(mostSetAside - setAside.Count)
                .Select(entry => new SetAsidePipeline
                {
                    ConfigId = entry.Pipeline.Schedule.ConfigId,
                    CustomerId = entry.Pipeline.CustomerId,
                    Reason = entry.Reason,
                })
        );
    }

    public TriggerResponse ToResponse(Instant? nextTriggerTime, bool hasMore, long elapsedMs) =>
        new()
        {
            TriggeredCount = Queued + Skipped,
            QueuedCount = Queued,
            SkippedCount = Skipped,
            NextTriggerTime = nextTriggerTime,
            HasMore = hasMore,
            Details = new TriggerDetails
            {
                PipelinesPlanned = planned,
                PassedOver = passedOver,
                AlreadyPlanned = alreadyPlanned,
                SkippedByReason = skippedByReason,
                SetAside = setAside,
                Batches = Batches,
                ElapsedMs = elapsedMs,
            },
        };
}
