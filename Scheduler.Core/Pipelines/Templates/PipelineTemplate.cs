using NodaTime;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A validated template. (provider, domain, name, version) never changes its meaning.</summary>
public sealed record PipelineTemplate
{
    public required string Provider { get; init; }
    public required string Domain { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public string? Description { get; init; }

    /// <summary>Other names that customers may use for the template.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Other names that customers may use for the provider.</summary>
    public IReadOnlyList<string> ProviderAliases { get; init; } = [];

    public IReadOnlyList<TemplateParameter> Parameters { get; init; } = [];

    /// <summary>Parameters of which exactly one must be set; empty when there is no such rule.</summary>
    public IReadOnlyList<string> ExactlyOneOf { get; init; } = [];

    /// <summary>The kind of credential the extraction needs, or <c>none</c>.</summary>
    public required string Credential { get; init; }

    /// <summary>Null for templates that load nothing.</summary>
    public WindowRule? Window { get; init; }

    /// <summary>The whole execution.</summary>
    public required Duration RunTimeout { get; init; }

    /// <summary>One call of an adapter.</summary>
    public required Duration CallTimeout { get; init; }

    /// <summary>Either extract, normalise, load; or probe.</summary>
    public required IReadOnlyList<TemplateStep> Steps { get; init; }
}
