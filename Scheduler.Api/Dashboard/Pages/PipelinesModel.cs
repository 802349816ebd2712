using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>Pipelines of all customers.</summary>
/// <param name="Fault">What is wrong with what was looked for; null when nothing is.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record PipelinesModel(
    IReadOnlyList<FoundPipeline> Rows,
    string? Search,
    string? Provider,
    string? State,
    IReadOnlyList<string> Providers,
    ListOrder Order,
    string? Next,
    string? Fault
);
