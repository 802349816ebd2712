using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling;

/// <summary>Takes pipelines out of service.</summary>
public sealed class PipelineRetirement(
    PipelineConfigStore configs,
    QueueStore queue,
    OperationClock clock,
    IIdSource ids
)
{
    private const int Page = 500;

    /// <summary>
    /// Switches a pipeline off and ends its runs that have not started; one that runs goes on to its end. Null when the
    /// customer has no such pipeline.
    /// </summary>
    public async Task<PipelineConfig?> DeactivateAsync(
        string customerId,
        string configId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var config = await configs.DeactivateAsync(
            customerId,
            configId,
            new AuditStamp(ids.NewId(now), actor),
            now,
            cancellationToken
        );
        if (config is not null)
        {
            await EndWaitingAsync(configId, actor.KeyId, now, cancellationToken);
        }
        return config;
    }

    /// <summary>Skips a pipeline's runs that have not started, reason CANCELLED.</summary>
    public async Task EndWaitingAsync(string configId, string actor, Instant now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var waiting = await queue.ListWaitingOfConfigAsync(configId, Page, cancellationToken);
            // A page of which nothing could be skipped has started meanwhile.
            if (waiting.Count == 0 || (await queue.SkipWaitingAsync(waiting, actor, now, cancellationToken)).Count == 0)
            {
                return;
            }
        }
    }
}
