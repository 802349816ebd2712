using System.Text.Json;

namespace Scheduler.Core.Pipelines.Templates;

/// <summary>Checks a customer's parameters against a template: when a pipeline is configured, and again when it runs.</summary>
public static class ParameterCheck
{
    /// <summary>Every fault, empty when all is well. Unknown names are faults.</summary>
    public static IReadOnlyList<ParameterError> Check(PipelineTemplate template, JsonElement? parameters) =>
        Resolve(template, parameters, out _);

    /// <summary>Lays the given parameters over the template's defaults.</summary>
    /// <param name="template">Whose parameters.</param>
    /// <param name="parameters">A JSON object; null members count as unset.</param>
    /// <param name="values">The typed values; only meaningful when the answer is empty.</param>
    public static IReadOnlyList<ParameterError> Resolve(
        PipelineTemplate template,
        JsonElement? parameters,
        out ResolvedValues values
    )
    {
        var errors = new List<ParameterError>();
        var given = Given(parameters, errors);
        var resolved = new Dictionary<string, object>(StringComparer.Ordinal);
        CheckExactlyOne(template.ExactlyOneOf, given, errors);
        foreach (var parameter in template.Parameters)
        {
            given.Remove(parameter.Name, out var json);
            Resolve(parameter, json, resolved, errors);
        }
        var known = string.Join(", ", template.Parameters.Select(parameter => parameter.Name));
        errors.AddRange(
            given.Keys.Select(name => new ParameterError(
                name,
                $"is not a parameter of {template.Name}; it has {(known.Length == 0 ? "none" : known)}"
            ))
        );
        values = new ResolvedValues(resolved);
        return errors;
    }

    private static void CheckExactlyOne(
        IReadOnlyList<string> names,
        Dictionary<string, JsonElement> given,
        List<ParameterError> errors
    )
    {
        var isSet = names.Where(name => given.TryGetValue(name, out var json) && json.ValueKind != JsonValueKind.Null);
        switch (isSet.ToList())
        {
            case [] when names.Count > 0:
                errors.Add(new ParameterError(names[0], $"or {string.Join(" or ", names.Skip(1))} is required"));
                break;
            case [var first, var second, ..]:
                errors.Add(new ParameterError(second, $"cannot be set together with {first}"));
                break;
        }
    }

    private static void Resolve(
        TemplateParameter parameter,
        JsonElement json,
        Dictionary<string, object> resolved,
        List<ParameterError> errors
    )
    {
        if (json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            if (parameter.Default is { } standard)
            {
                resolved[parameter.Name] = standard;
            }
            else if (parameter.Required)
            {
                errors.Add(new ParameterError(parameter.Name, "is required"));
            }
            return;
        }
        if (ParameterValue.TryRead(parameter, json, out var value) is { } message)
        {
            errors.Add(new ParameterError(parameter.Name, message));
            return;
        }
        resolved[parameter.Name] = value!;
    }

    private static Dictionary<string, JsonElement> Given(JsonElement? parameters, List<ParameterError> errors)
    {
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (parameters is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } json)
        {
            return given;
        }
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new ParameterError("parameters", "must be an object"));
            return given;
        }
        foreach (var member in json.EnumerateObject())
        {
            given[member.Name] = member.Value;
        }
        return given;
    }
}
