using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Import;

/// <summary>A line of an import.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Request">Valid by its annotations; null for a refused line.</param>
/// <param name="Errors">Why it was refused; null for one that can be judged further.</param>
public sealed record ImportLine(
    long Number,
    ImportPipelineRequest? Request,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors
);
