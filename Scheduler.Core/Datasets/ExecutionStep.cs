namespace Scheduler.Core.Datasets;

/// <summary>A step with the execution that it belongs to.</summary>
/// <param name="PipelineLoggingId">The run's id and the lease it ran under: <c>{run_id}-{epoch}</c>.</param>
public sealed record ExecutionStep(string PipelineLoggingId, StepLog Step);
