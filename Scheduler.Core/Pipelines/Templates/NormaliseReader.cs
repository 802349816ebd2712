using System.Globalization;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads a step <c>normalise</c> and checks it against the columns of the table that is loaded.</summary>
internal static class NormaliseReader
{
    public static TemplateStep.Normalise Read(YamlMap map, TemplateFaults faults, TargetTable table)
    {
        var columns = map.Map(
            "columns",
            list => list.Keys.ToList().Select(name => ReadColumn(list, name, table)).ToList()
        );
        var targets = columns.Select(column => column.Target).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in table.Columns.Values.Where(known => !known.Nullable && !targets.Contains(known.Name)))
        {
            faults.Add(map.LineOf("columns"), map.At("columns"), $"must fill {missing.Name}: it is never null");
        }
        var required = map.Texts("required");
        foreach (var name in required.Where(name => !targets.Contains(name)))
        {
            map.Fault("required", $"names {name}, which no rule fills");
        }
        if (table.Table != LoadTable.Costs && (map.Find("estimated") ?? map.Find("settle_days")) is not null)
        {
            map.Fault("estimated", $"and settle_days make no sense for {table.Name}");
        }
        return new TemplateStep.Normalise
        {
            Table = table,
            Columns = columns,
            Required = required,
            FailOnUnmapped = map.OneOf("unmapped", "x_extra", "fail") == "fail",
            Estimated = Wire.Parse<EstimatedRule>(Estimated(map)),
            SettleDays = WindowReader.Day(map, "settle_days", 400),
        };
    }

    private static string Estimated(YamlMap map)
    {
        var words = Wire.Words<EstimatedRule>();
        var word = map.OneOf("estimated", words);
        return words.Contains(word, StringComparer.Ordinal) ? word : words[0];
    }

    private static ColumnRule ReadColumn(YamlMap list, string target, TargetTable table)
    {
        if (!table.Columns.TryGetValue(target, out var column))
        {
            list.Fault(
                target,
                TargetTable.OfTheRunner.Contains(target, StringComparer.Ordinal)
                    ? "is filled by the runner, not by a template"
                    : $"is not a column of {table.Name}; there are {string.Join(", ", table.Columns.Keys)}"
            );
        }
        return list.Map(target, map => ReadRule(map, target, column));
    }

    private static ColumnRule ReadRule(YamlMap map, string target, TargetColumn? column)
    {
        var rule = new ColumnRule
        {
            Target = target,
            From = map.Text("from"),
            Const = map.Text("const"),
            Default = map.Text("default"),
            Map = map.Find("map") is null ? null : map.Map("map", ReadWords),
            As = As(map, column),
            Scale = Scale(map),
        };
        if (rule.From is null == (rule.Const is null))
        {
            map.Fault("from", "give either from or const");
        }
        if (rule.Const is not null && (rule.Map is not null || rule.Default is not null))
        {
            map.Fault("const", "leaves nothing for map or default to do");
        }
        return rule;
    }

    private static Conversion As(YamlMap map, TargetColumn? column)
    {
        var words = Wire.Words<Conversion>().Where(word => word != Wire.Name(Conversion.Text));
        var fitting = column?.Conversions ?? [.. Enum.GetValues<Conversion>()];
        if (map.Text("as") is { } text)
        {
            if (!words.Contains(text, StringComparer.Ordinal))
            {
                map.Fault("as", $"must be one of {string.Join(", ", words)}");
                return fitting[0];
            }
            var conversion = Wire.Parse<Conversion>(text);
            if (!fitting.Contains(conversion))
            {
                map.Fault("as", $"{text} does not fit this column; use {Fitting(fitting)}");
            }
            return conversion;
        }
        if (!fitting.Contains(Conversion.Text))
        {
            map.Fault("as", $"is required here: {Fitting(fitting)}");
        }
        return fitting[0];
    }

    private static decimal? Scale(YamlMap map)
    {
        if (map.Text("scale") is not { } text)
        {
            return null;
        }
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) || scale == 0)
        {
            map.Fault("scale", "must be a number other than 0");
        }
        if (map.Text("as") != Wire.Name(Conversion.Decimal))
        {
            map.Fault("scale", "goes with as: decimal only");
        }
        return scale;
    }

    private static Dictionary<string, string> ReadWords(YamlMap map) =>
        map.Keys.ToList().ToDictionary(word => word, word => map.Text(word) ?? "", StringComparer.Ordinal);

    private static string Fitting(IReadOnlyList<Conversion> conversions) =>
        string.Join(", ", conversions.Where(conversion => conversion != Conversion.Text).Select(Wire.Name));
}
