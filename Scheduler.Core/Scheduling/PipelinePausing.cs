using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// Pauses pipelines and lets them go on. A paused pipeline makes no runs, what it has queued waits (and is skipped after a day), what
/// runs goes on. Occurrences within the pause are not caught up.
/// </summary>
public sealed class PipelinePausing(
    PipelineConfigStore configs,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <summary>
    /// The end of a pause that has none: until it is ended by hand. Not <see cref="Microseconds.Never"/>, by which items are known that
    /// stand behind a run of their own pipeline.
    /// </summary>
    public static Instant Endless { get; } = Instant.FromUtc(9999, 12, 31, 0, 0);

    /// <summary>Pauses a pipeline, or gives its pause another end and reason.</summary>
    /// <param name="until">Null for <see cref="Endless"/>.</param>
    public async Task<PauseResult> PauseAsync(
        string customerId,
        string configId,
        Instant? until,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var end = Instant.Min(until?.ToMicroseconds() ?? Endless, Endless);
        if (end <= now)
        {
            return new PauseResult.OverAlready(now);
        }
        var stamp = new AuditStamp(ids.NewId(now), actor);
        var config = await configs.SetPauseAsync(
            customerId,
            configId,
            end,
            actor.KeyId,
            reason,
            stamp,
            now,
            cancellationToken
        );
        if (config is not { IsActive: true })
        {
            return config is null ? new PauseResult.NoSuchPipeline() : new PauseResult.SwitchedOff();
        }
        // The pause before it may have had a later end.
        signal.Raise();
        return new PauseResult.Done(config);
    }

    /// <summary>Ends a pipeline's pause; one that is not paused stays as it is.</summary>
    public async Task<PauseResult> ResumeAsync(
        string customerId,
        string configId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        var config = await configs.SetPauseAsync(
            customerId,
            configId,
            now,
            by: null,
            reason: null,
            stamp,
            now,
            cancellationToken
        );
        if (config is null)
        {
            return new PauseResult.NoSuchPipeline();
        }
        signal.Raise();
        return config.IsActive ? new PauseResult.Done(config) : new PauseResult.SwitchedOff();
    }
}
