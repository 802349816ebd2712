namespace Scheduler.Core.Scheduling;

/// <summary>What planning one page came to.</summary>
public sealed class PlannedBatch
{
    public List<PlannedPipeline> Pipelines { get; } = [];
    public List<PlannedRun> Runs { get; } = [];
    public List<(DuePipeline Pipeline, string Reason)> SetAside { get; } = [];

    /// <summary>Paused, or of a customer that cannot run: moved on without a run.</summary>
    public int PassedOver { get; set; }
}
