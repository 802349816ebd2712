using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>What pipelines can be made of.</summary>
/// <param name="Providers">All that there are, to choose from.</param>
/// <param name="Search">A part of a name, an alias or a description; null for all.</param>
/// <param name="Provider">One of the providers; null for all.</param>
public sealed record TemplatesModel(
    IReadOnlyList<PipelineTemplate> Templates,
    IReadOnlyList<string> Providers,
    string? Search,
    string? Provider
);
