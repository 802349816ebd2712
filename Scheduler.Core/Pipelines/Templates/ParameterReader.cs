using System.Globalization;
using System.Text.RegularExpressions;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Reads the block <c>parameters</c>.</summary>
internal static partial class ParameterReader
{
    private static readonly ParameterKind[] Numbers = [ParameterKind.Int, ParameterKind.Decimal];

    public static IReadOnlyList<TemplateParameter> Read(YamlMap list, TemplateFaults faults) =>
        [
            .. list
                .Keys.ToList()
                .Select(name =>
                {
                    if (!Name().IsMatch(name))
                    {
                        faults.Add(
                            list.LineOf(name),
                            list.At(name),
                            "must be lower-case letters, digits and underscores"
                        );
                    }
                    return list.Map(name, map => ReadOne(name, map));
                }),
        ];

    private static TemplateParameter ReadOne(string name, YamlMap map)
    {
        var type = map.RequiredText("type");
        if (!Wire.TryParse<ParameterKind>(type, out var kind) && type.Length > 0)
        {
            map.Fault("type", $"must be one of {string.Join(", ", Wire.Words<ParameterKind>())}");
        }
        var parameter = new TemplateParameter
        {
            Name = name,
            Kind = kind,
            Required = map.OneOf("required", "false", "true") == "true",
            Description = map.Text("description"),
            Min = Number(map, "min", Numbers.Contains(kind)),
            Max = Number(map, "max", Numbers.Contains(kind)),
            MaxLength = (int)(Number(map, "max_length", kind == ParameterKind.String) ?? 256),
            Values = map.Texts("values"),
        };
        if (kind == ParameterKind.Enum == (parameter.Values.Count == 0))
        {
            map.Fault("values", "lists the words of an enum, and only of an enum");
        }
        return parameter with { Default = Default(map, parameter) };
    }

    private static object? Default(YamlMap map, TemplateParameter parameter)
    {
        if (map.Text("default") is not { } text)
        {
            return null;
        }
        if (parameter.Required)
        {
            map.Fault("default", "makes no sense on a required parameter");
        }
        if (ParameterValue.TryParse(parameter, text, out var value) is { } message)
        {
            map.Fault("default", message);
        }
        return value;
    }

    private static decimal? Number(YamlMap map, string key, bool allowed)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }
        if (!allowed)
        {
            map.Fault(key, "does not fit the parameter's type");
        }
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            map.Fault(key, "must be a number");
        }
        return number;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,63}\z")]
    private static partial Regex Name();
}
