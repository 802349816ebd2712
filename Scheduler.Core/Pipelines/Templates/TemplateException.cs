namespace Scheduler.Core.Pipelines.Templates;

/// <summary>The folder of templates cannot be used. The message is one line.</summary>
public sealed class TemplateException(IReadOnlyList<TemplateError> errors)
    : Exception(string.Join(" | ", errors.Select(error => error.ToString())))
{
    public IReadOnlyList<TemplateError> Errors { get; } = errors;
}
