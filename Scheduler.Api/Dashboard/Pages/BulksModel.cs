using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>Actions on many pipelines, newest first.</summary>
/// <param name="Next">The cursor of the next page.</param>
public sealed record BulksModel(IReadOnlyList<Bulk> Bulks, string? Next);
