using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines.Normalise;

/// <summary>Where a source's columns go: by name, so that their order does not matter.</summary>
internal sealed class SourceColumns
{
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<(string Member, int Place)> unmapped;

    /// <exception cref="PipelineException">A required column is missing, or one is unmapped and may not be.</exception>
    public SourceColumns(IReadOnlyList<string> columns, TemplateStep.Normalise step)
    {
        Names = columns;
        for (var place = 0; place < columns.Count; place++)
        {
            if (!places.TryAdd(columns[place], place))
            {
                throw Drift($"The source has the column '{Shown(columns[place])}' twice.");
            }
        }
        var rules = step.Columns.ToDictionary(rule => rule.Target, StringComparer.Ordinal);
        var missing = step
            .Required.Select(target => rules[target].From)
            .Where(name => name is not null && !places.ContainsKey(name))
            .ToList();
        if (missing.Count > 0)
        {
            throw Drift(
                $"The source lacks the required column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)}."
            );
        }
        var mapped = step.Columns.Select(rule => rule.From).ToHashSet(StringComparer.Ordinal);
        unmapped =
        [
            .. columns
                .Select((name, place) => (name, place))
                .Where(column => !mapped.Contains(column.name))
                .OrderBy(column => column.name, StringComparer.Ordinal)
                .Select(column => ($"\"{Encoder.Encode(column.name)}\":", column.place)),
        ];
        if (step.FailOnUnmapped && unmapped.Count > 0)
        {
            throw Drift(
                $"The source has columns that the template does not know: {string.Join(", ", columns.Where(name => !mapped.Contains(name)).Select(Shown))}."
            );
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>SHA-256 over the sorted column names.</summary>
    public string Fingerprint =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Names.Order(StringComparer.Ordinal))))
        );

    public string? Cell(string?[] row, string column) => places.TryGetValue(column, out var place) ? row[place] : null;

    /// <summary>The unmapped cells that hold something, one JSON member a line; null when there are none.</summary>
    public string? Extra(string?[] row)
    {
        StringBuilder? members = null;
        foreach (var (member, place) in unmapped)
        {
            if (row[place] is { } value)
            {
                members = members is null ? new StringBuilder() : members.Append('\n');
                members.Append(member).Append('"').Append(JsonEncodedText.Encode(value, Encoder)).Append('"');
            }
        }
        return members?.ToString();
    }

    private static PipelineException Drift(string message) => new(ErrorType.SchemaDrift, message);

    private static string Shown(string name) => name.Length <= 64 ? name : $"{name[..64]}…";
}
