using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>Options that the reports of several providers have in common.</summary>
internal static class ReportOptions
{
    /// <summary>The list <c>group_by</c>, of the words that the report knows.</summary>
    public static AdapterOption GroupBy(params string[] words) =>
        new(
            new TemplateParameter
            {
                Name = "group_by",
                Kind = ParameterKind.String,
                Values = words,
            }
        )
        {
            IsList = true,
        };
}
