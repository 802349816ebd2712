namespace Scheduler.Core.Scheduling;

/// <summary>A pipeline with whose it is.</summary>
public sealed record FoundPipeline(PipelineConfig Config, string CompanyName, PipelineState State)
{
    /// <summary>Where it stands in the list of all: what <see cref="PipelineFilter.After"/> goes on from.</summary>
    public IReadOnlyList<string> Place =>
        [Config.CustomerId, Config.Provider, Config.Domain, Config.PipelineTemplate, Config.PipelineName];
}
