using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Extract;

/// <summary>One option that an adapter understands; templates are checked against it.</summary>
/// <param name="Rule">Name, kind and bounds; a default here applies when the template says nothing.</param>
public sealed record AdapterOption(TemplateParameter Rule);
