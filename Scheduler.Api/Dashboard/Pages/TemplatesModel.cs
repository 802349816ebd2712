using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>What pipelines can be made of.</summary>
public sealed record TemplatesModel(IReadOnlyList<PipelineTemplate> Templates);
