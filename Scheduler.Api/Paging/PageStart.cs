namespace Scheduler.Api.Paging;

/// <summary>Which page is asked for.</summary>
/// <param name="Limit">Most entries, 1 to 200.</param>
/// <param name="After">The values of the last entry before the page; null for the first page.</param>
public sealed record PageStart(int Limit, IReadOnlyList<string>? After);
