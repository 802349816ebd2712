using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines;

/// <summary>Fills an adapter's options from the template, the run's parameters and the adapter's defaults.</summary>
public static class AdapterOptions
{
    public static ResolvedValues Resolve(
        IExtractAdapter adapter,
        TemplateStep.Extract extract,
        ResolvedValues parameters
    )
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var rule in adapter.Options.Select(option => option.Rule))
        {
            var given = extract.Options.GetValueOrDefault(rule.Name) switch
            {
                OptionValue.Literal literal => literal.Value,
                OptionValue.FromParameter reference => parameters[reference.Name],
                _ => null,
            };
            if ((given ?? rule.Default) is { } value)
            {
                values[rule.Name] = value;
            }
        }
        return new ResolvedValues(values);
    }
}
