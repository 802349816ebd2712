using System.Globalization;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads the block <c>window</c>.</summary>
internal static class WindowReader
{
    public static WindowRule Read(YamlMap map, IReadOnlyList<TemplateParameter> parameters)
    {
        map.OneOf("timezone", "UTC");
        var rule = new WindowRule
        {
            CoversSource = map.OneOf("covers", "interval", "source") == "source",
            LookbackParameter = Parameter(map, "lookback", ParameterKind.Int, parameters),
            WholeMonths = map.OneOf("granularity", "day", "month") == "month",
            PreviousMonthUntil = Day(map, "previous_month_until", 31),
            Restate = map.OneOf("restate", "window", "touched_days", "changed_parts") switch
            {
                "touched_days" => RestateRule.TouchedDays,
                "changed_parts" => RestateRule.ChangedParts,
                _ => RestateRule.Window,
            },
            IncludeToday = map.OneOf("include_today", "false", "true") == "true",
            FromParameter = Parameter(map, "from", ParameterKind.Date, parameters),
            ToParameter = Parameter(map, "to", ParameterKind.Date, parameters),
        };
        if (rule is { CoversSource: true, LookbackParameter: not null })
        {
            map.Fault("lookback", "makes no sense in a window that covers its source");
        }
        if (
            rule
            is { CoversSource: true, PreviousMonthUntil: > 0 }
                or { CoversSource: true, Restate: not RestateRule.Window }
        )
        {
            map.Fault(
                rule.Restate != RestateRule.Window ? "restate" : "previous_month_until",
                "makes no sense in a window that covers its source"
            );
        }
        return rule;
    }

    /// <summary>A number of days; 0 when the key is absent.</summary>
    public static int Day(YamlMap map, string key, int most)
    {
        var text = map.Text(key) ?? "0";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days > most)
        {
            map.Fault(key, $"must be a whole number from 0 to {most}");
        }
        return days;
    }

    /// <summary>The name of a parameter of the wanted kind, or null when the key is absent.</summary>
    public static string? Parameter(
        YamlMap map,
        string key,
        ParameterKind kind,
        IReadOnlyList<TemplateParameter> parameters
    )
    {
        var name = map.Text(key);
        if (name is not null && !parameters.Any(parameter => parameter.Name == name && parameter.Kind == kind))
        {
            map.Fault(key, $"must name a parameter of type {Contracts.Wire.Name(kind)}");
        }
        return name;
    }
}
