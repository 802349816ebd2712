using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Net;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>
/// Checked values by name: long, decimal, string, bool, <see cref="LocalDate"/> or <see cref="OutboundUrl"/>. What is
/// unset is absent.
/// </summary>
public sealed class ResolvedValues(IReadOnlyDictionary<string, object> values)
{
    public static ResolvedValues Empty { get; } = new(new Dictionary<string, object>());

    public object? this[string name] => values.GetValueOrDefault(name);

    public string? Text(string name) => this[name] as string;

    /// <summary>The words of a list; empty when unset.</summary>
    public IReadOnlyList<string> Words(string name) => Text(name)?.Split(',') ?? [];

    public long? Integer(string name) => this[name] as long?;

    public LocalDate? Day(string name) => this[name] as LocalDate?;

    public OutboundUrl? Url(string name) => this[name] as OutboundUrl;

    /// <summary>The value as a name that may be shown and kept: of a URL everything but its query.</summary>
    public string? Name(string name) => Url(name)?.ToString() ?? Text(name);

    /// <summary>False when unset.</summary>
    public bool Flag(string name) => this[name] is true;

    /// <summary>The values as a JSON object, for the run log; URLs without their query.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            values.ToDictionary(
                pair => pair.Key,
                pair =>
                    pair.Value switch
                    {
                        LocalDate day => LocalDatePattern.Iso.Format(day),
                        OutboundUrl url => url.ToString(),
                        var value => value,
                    }
            )
        );
}
