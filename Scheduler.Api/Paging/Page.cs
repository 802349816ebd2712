namespace Scheduler.Api.Paging;

/// <summary>Makes pages of what a store has listed.</summary>
internal static class Page
{
    /// <param name="rows">What was found: one row more than the limit when another page follows.</param>
    /// <param name="limit">Most entries of the page.</param>
    /// <param name="key">The values by which the list goes on after a row.</param>
    /// <param name="view">A row as it is shown.</param>
    public static Page<T> Of<TRow, T>(
        IReadOnlyList<TRow> rows,
        int limit,
        Func<TRow, IReadOnlyList<string>> key,
        Func<TRow, T> view
    ) => new([.. rows.Take(limit).Select(view)], rows.Count > limit ? PageCursor.Write(key(rows[limit - 1])) : null);
}
