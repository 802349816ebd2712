namespace Scheduler.Core.Scheduling;

/// <summary>A pipeline with whose it is.</summary>
public sealed record FoundPipeline(PipelineConfig Config, string CompanyName, PipelineState State);
