using System.Text.Json;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.ProviderConfigs;

/// <summary>Checks parameters that hold for all pipelines of a provider and domain. Pure.</summary>
public static class DefaultParameters
{
    /// <summary>
    /// Each must be a parameter of at least one of the templates, with a value that one of those takes. Nothing is known where
    /// there are no templates.
    /// </summary>
    public static IReadOnlyList<ParameterError> Check(
        IReadOnlyList<PipelineTemplate> templates,
        IReadOnlyDictionary<string, JsonElement> parameters
    ) =>
        templates.Count == 0
            ? []
            :
            [
                .. parameters
                    .Where(parameter => parameter.Value.ValueKind != JsonValueKind.Null)
                    .Select(parameter => Fault(templates, parameter.Key, parameter.Value))
                    .OfType<ParameterError>(),
            ];

    private static ParameterError? Fault(IReadOnlyList<PipelineTemplate> templates, string name, JsonElement value)
    {
        var rules = templates
            .SelectMany(template => template.Parameters)
            .Where(parameter => parameter.Name == name)
            .ToList();
        var messages = rules.Select(rule => ParameterValue.TryRead(rule, value, out _)).ToList();
        return rules.Count == 0
                ? new(name, $"is not a parameter of {string.Join(" or ", templates.Select(template => template.Name))}")
            : messages.Contains(null) ? null
            : new(name, messages[0]!);
    }
}
