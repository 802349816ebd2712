using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>One action on many pipelines.</summary>
/// <param name="Items">How many pipelines stand how.</param>
/// <param name="Exceptions">Those that were refused or could not be taken back, some of them.</param>
public sealed record BulkModel(
    Bulk Bulk,
    IReadOnlyDictionary<BulkItemState, long> Items,
    IReadOnlyList<BulkItem> Exceptions
);
