using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>One option that an adapter understands; templates are checked against it.</summary>
/// <param name="Rule">Name, kind and bounds; a default here applies when the template says nothing.</param>
public sealed record AdapterOption(TemplateParameter Rule)
{
    /// <summary>A list of words, each one of the rule's values; the adapter asks for it with <see cref="ResolvedValues.Words"/>.</summary>
    public bool IsList { get; init; }

    /// <summary>The name of a file beside the template; the adapter gets the file's text.</summary>
    public bool IsFile { get; init; }
}
