namespace Scheduler.Core.Contracts;

/// <summary>What lies behind the counts of a trigger call.</summary>
public sealed record TriggerDetails
{
    /// <summary>Due pipelines looked at.</summary>
    public required int PipelinesPlanned { get; init; }

    /// <summary>Pipelines moved on without a run: paused, or their customer cannot run now.</summary>
    public required int PassedOver { get; init; }

    /// <summary>Due pipelines that a concurrent trigger had planned first.</summary>
    public required int AlreadyPlanned { get; init; }

    /// <summary>Skipped runs by reason.</summary>
    public required IReadOnlyDictionary<string, int> SkippedByReason { get; init; }

    /// <summary>Pipelines deactivated because they could not be planned, with the reason. At most 100 are listed.</summary>
    public required IReadOnlyList<SetAsidePipeline> SetAside { get; init; }
    public required int Batches { get; init; }
    public required long ElapsedMs { get; init; }
}
