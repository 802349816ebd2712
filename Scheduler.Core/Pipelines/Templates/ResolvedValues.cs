using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Checked values by name: long, decimal, string, bool or <see cref="LocalDate"/>. What is unset is absent.</summary>
public sealed class ResolvedValues(IReadOnlyDictionary<string, object> values)
{
    public static ResolvedValues Empty { get; } = new(new Dictionary<string, object>());

    public object? this[string name] => values.GetValueOrDefault(name);

    public string? Text(string name) => this[name] as string;

    public long? Integer(string name) => this[name] as long?;

    public LocalDate? Day(string name) => this[name] as LocalDate?;

    /// <summary>False when unset.</summary>
    public bool Flag(string name) => this[name] is true;

    /// <summary>The values as a JSON object, for the run log.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            values.ToDictionary(
                pair => pair.Key,
                pair => pair.Value is LocalDate day ? LocalDatePattern.Iso.Format(day) : pair.Value
            )
        );
}
