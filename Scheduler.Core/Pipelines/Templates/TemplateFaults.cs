namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Gathers the faults of one file, so that its author sees all of them at once.</summary>
internal sealed class TemplateFaults(string file)
{
    private readonly List<TemplateError> errors = [];

    public IReadOnlyList<TemplateError> Errors => [.. errors.OrderBy(error => error.Line)];

    public void Add(long line, string key, string message) => errors.Add(new TemplateError(file, line, key, message));
}
