using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling.Backfills;

/// <summary>Looks up which occurrences a backfill still has to run.</summary>
internal static class WantedOccurrences
{
    /// <summary>Those of one page that are to be run, in order.</summary>
    /// <param name="page">In order, without gaps.</param>
    public static async Task<List<BackfillOccurrence>> WantedAsync(
        this BackfillStore backfills,
        string customerId,
        string configId,
        BackfillMode mode,
        IReadOnlyList<BackfillOccurrence> page,
        CancellationToken cancellationToken
    )
    {
        if (page.Count == 0)
        {
            return [];
        }
        var end = page[^1].ScheduledTime + Duration.FromMilliseconds(1);
        // Beside the occurrences there are the times of runs that were asked for by hand.
        var outcomes = new Dictionary<Instant, OccurrenceOutcome>();
        for (var from = page[0].ScheduledTime; from < end; )
        {
            var found = await backfills.OutcomesAsync(
                customerId,
                configId,
                from,
                end,
                page.Count + 1,
                cancellationToken
            );
            foreach (var outcome in found)
            {
                outcomes[outcome.ScheduledTime] = outcome;
            }
            from = found.Count > page.Count ? found[^1].ScheduledTime.PlusTicks(10) : end;
        }
        return
        [
            .. page.Where(occurrence =>
                BackfillRange.Wants(mode, outcomes.GetValueOrDefault(occurrence.ScheduledTime))
            ),
        ];
    }
}
