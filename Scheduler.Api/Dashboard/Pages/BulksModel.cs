using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>Actions on many pipelines, newest first.</summary>
/// <param name="State">Those that stand so; null for all.</param>
/// <param name="Order">How they are sorted, and can be.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record BulksModel(IReadOnlyList<Bulk> Bulks, BulkState? State, ListOrder Order, string? Next);
