namespace Scheduler.Core.Pipelines.Templates;

/// <summary>A fault of a template file.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Key">Path of the key, such as <c>steps[1].normalise.columns.usage_date.as</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record TemplateError(string File, long Line, string Key, string Message)
{
    public override string ToString() => $"{File}:{Line}: {Key}: {Message}";
}
