using System.Text.RegularExpressions;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Providers.Exports;

/// <summary>Options that say where an export lies. All of them are the customer's text: what becomes a host or a path has a narrow form.</summary>
internal static partial class ExportPlace
{
    public static AdapterOption Option(string name, int mostLetters, bool required = true) =>
        new(
            new TemplateParameter
            {
                Name = name,
                Kind = ParameterKind.String,
                MaxLength = mostLetters,
                Required = required,
            }
        );

    /// <exception cref="PipelineException">It is unset or has another form.</exception>
    public static string Checked(ResolvedValues options, string name, Regex form, string wanted) =>
        options.Text(name) is { } text && form.IsMatch(text)
            ? text
            : throw new PipelineException(ErrorType.InvalidConfiguration, $"Option {name} must be {wanted}.");

    /// <summary>Folders without a slash at either end; empty when unset.</summary>
    /// <exception cref="PipelineException">It has another form.</exception>
    public static string Folders(ResolvedValues options, string name) =>
        options.Text(name) is null
            ? ""
            : Checked(options, name, Prefix(), "folders with '/' between them, without '.' or '..' as a part")
                .Trim('/');

    /// <summary>Every part escaped.</summary>
    public static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>Whether a file lies in a folder, whatever its name is made of.</summary>
    public static bool Holds(string folder, string file) =>
        file.StartsWith($"{folder}/", StringComparison.Ordinal) && !file.Split('/').Any(part => part is "." or "..");

    [GeneratedRegex(@"\A/?[A-Za-z0-9_!*'()-][A-Za-z0-9_!*'(). -]*(/[A-Za-z0-9_!*'()-][A-Za-z0-9_!*'(). -]*)*/?\z")]
    private static partial Regex Prefix();
}
