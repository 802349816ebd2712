using NodaTime;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Alerts;

/// <summary>What is not over: what is written down, and what holds now and the watch has not written down yet.</summary>
public sealed class OpenAlerts(AlertStore store)
{
    /// <summary>The alerts that fire or are silenced: those found just now first, then those written down, newest first.</summary>
    /// <param name="snapshot">How the system stands.</param>
    /// <param name="latenessObjective">The p99 of lateness that is aimed at.</param>
    /// <param name="limit">How many of each kind are told at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<Alert>> ReadAsync(
        StatusSnapshot snapshot,
        Duration latenessObjective,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var written = await store.ListOpenAsync(limit, cancellationToken);
        var longRuns = AlertRules.HasLongRun(snapshot)
            ? await store.LongRunsAsync(snapshot.Now - AlertRules.LongestRun, limit, cancellationToken)
            : [];
        return [.. Found(written, AlertRules.Judge(snapshot, longRuns, latenessObjective), snapshot.Now), .. written];
    }

    /// <summary>Of what fires by a look, that which is not written down yet: pure.</summary>
    internal static IEnumerable<Alert> Found(
        IReadOnlyList<Alert> written,
        IReadOnlyList<AlertJudgement> judgements,
        Instant now
    )
    {
        var known = written.Select(alert => (alert.Rule, alert.Subject)).ToHashSet();
        return judgements
            .Where(judgement => judgement.Fires && !known.Contains((judgement.Rule, judgement.Subject)))
            .Select(judgement => new Alert
            {
                AlertId = null,
                Rule = judgement.Rule,
                Subject = judgement.Subject,
                CustomerId = judgement.CustomerId,
                Message = judgement.Message,
                State = AlertState.Firing,
                FiredAt = now,
            });
    }
}
