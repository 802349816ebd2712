using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Normalise;

/// <summary>Applies one column's rule: from or const, map, default, as, scale.</summary>
internal static class ColumnValue
{
    /// <summary>The converted value; null when there is none.</summary>
    /// <param name="rule">The column's rule.</param>
    /// <param name="cell">The source's cell.</param>
    /// <param name="misfit">True when there is text that does not fit.</param>
    public static object? Of(ColumnRule rule, string? cell, out bool misfit)
    {
        var text = Word(rule, rule.Const ?? cell, out misfit);
        if (text is null)
        {
            return null;
        }
        object? value = rule.As switch
        {
            Conversion.Date => Conversions.Date(text),
            Conversion.DateYyyymmdd => Conversions.DateYyyymmdd(text),
            Conversion.UnixDate => Conversions.UnixDate(text),
            Conversion.Decimal => Conversions.Decimal(text) * (rule.Scale ?? 1),
            Conversion.Upper => text.ToUpperInvariant(),
            Conversion.Lower => text.ToLowerInvariant(),
            Conversion.Json => Conversions.Json(text),
            _ => text,
        };
        misfit = value is null;
        return value;
    }

    private static string? Word(ColumnRule rule, string? text, out bool misfit)
    {
        misfit = false;
        if (string.IsNullOrEmpty(text))
        {
            return rule.Default;
        }
        if (rule.Map is null)
        {
            return text;
        }
        if (rule.Map.TryGetValue(text, out var word))
        {
            return word;
        }
        misfit = rule.Default is null;
        return rule.Default;
    }
}
