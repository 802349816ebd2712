using System.Text.Json;
using NodaTime;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Alerts.Mails;

/// <summary>
/// Reads the ends of runs in their order, each once, and writes down which mails follow (<see cref="RunNotices"/>). Only what has been
/// committed is read. Right when several processes do it at once: of two that read the same page one has moved the mark.
/// </summary>
public sealed class RunMailing(AlertStore store, RunFigureReader figures, OperationClock clock, DeliverySignal signal)
{
    internal const int BatchSize = 500;

    /// <summary>Longer than a statement may take: whatever has an earlier time has been committed, or never will be.</summary>
    internal static readonly Duration Lag = Duration.FromMinutes(2);

    /// <summary>What ended longer ago, while nobody looked, is told to nobody any more.</summary>
    internal static readonly Duration Oldest = Duration.FromDays(1);

    /// <summary>Goes on to what ended <see cref="Lag"/> ago.</summary>
    /// <exception cref="StorageUnavailableException">The next pass goes on from here.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = await clock.ReadAsync(cancellationToken);
        var until = now - Lag;
        var mark = await store.RunMarkAsync(cancellationToken);
        if (mark == RunMark.Start)
        {
            // Nobody asked to be told of what ended before this was there.
            await store.TellRunsAsync(mark, new RunMark(until, ""), [], [], now, now, cancellationToken);
            return;
        }
        while (true)
        {
            var after = mark.At < now - Oldest ? new RunMark(now - Oldest, "") : mark;
            var page = await store.ListEndedAsync(after, until, BatchSize, cancellationToken);
            if (page.Mark is null)
            {
                return;
            }
            var (deliveries, pipelines) = await DecideAsync(page.Runs, cancellationToken);
            var hasMoved = await store.TellRunsAsync(
                mark,
                page.Mark,
                deliveries,
                pipelines,
                now,
                now + DeliveryPolicy.Window,
                cancellationToken
            );
            if (deliveries.Count > 0)
            {
                signal.Raise();
            }
            if (!hasMoved || page.Size < BatchSize)
            {
                return;
            }
            mark = page.Mark;
        }
    }

    private async Task<(IReadOnlyList<NewDelivery>, IReadOnlyList<FailingPipelineRow>)> DecideAsync(
        IReadOnlyList<EndedRun> runs,
        CancellationToken cancellationToken
    )
    {
        var standing = new Dictionary<string, FailingPipeline?>();
        var changed = new Dictionary<string, FailingPipelineRow>();
        var deliveries = new List<NewDelivery>();
        foreach (var run in runs)
        {
            var before = standing.TryGetValue(run.ConfigId, out var known) ? known : run.Failing;
            var (it, after) = RunNotices.Decide(run, before);
            standing[run.ConfigId] = after;
            if (after != before)
            {
                changed[run.ConfigId] = new FailingPipelineRow(
                    run.ConfigId,
                    run.CustomerId,
                    after?.FailingSince,
                    after?.ToldAt,
                    after?.Failures
                );
            }
            if (it is { } told)
            {
                var found = told == DeliveryEvent.RunRecovered ? await figures.FindAsync(run, cancellationToken) : null;
                deliveries.Add(Delivery(run, told, (after ?? before)!, found));
            }
        }
        return (deliveries, [.. changed.Values]);
    }

    private static NewDelivery Delivery(EndedRun run, DeliveryEvent it, FailingPipeline failing, RunFigures? found)
    {
        var notice = new RunNotice
        {
            Recipients = run.Recipients,
            RunId = run.RunId,
            ConfigId = run.ConfigId,
            CustomerId = run.CustomerId,
            CompanyName = run.CompanyName,
            PipelineName = run.PipelineName,
            Provider = run.Provider,
            Domain = run.Domain,
            PipelineTemplate = run.PipelineTemplate,
            Timezone = run.Timezone,
            ScheduledTime = run.ScheduledTime,
            DataIntervalStart = run.DataIntervalStart,
            DataIntervalEnd = run.DataIntervalEnd,
            EndedAt = run.EndedAt,
            DurationSeconds = run.DurationSeconds,
            Attempts = run.RetryAttempt + 1,
            ErrorType = run.ErrorType,
            ErrorMessage = run.ErrorMessage,
            FailingSince = failing.FailingSince,
            Failures = failing.Failures,
            Figures = found,
        };
        return new NewDelivery
        {
            DeliveryId = $"run-{run.RunId}",
            Sink = SinkKind.PipelineEmail,
            Event = it,
            CustomerId = run.CustomerId,
            RunId = run.RunId,
            Payload = JsonSerializer.Serialize(notice, WireJson.Options),
        };
    }
}
