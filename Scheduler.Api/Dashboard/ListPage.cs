using Scheduler.Api.Paging;

namespace Scheduler.Api.Dashboard;

/// <summary>One page of a list that may go on.</summary>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Rows, ListOrder Order, string? Next);

/// <summary>
/// Reads pages so that a list is always sorted as a whole: one that stands on a page by any of its columns, a longer one by what the store
/// has an index for, and no other order is offered.
/// </summary>
internal static class ListPage
{
    /// <summary>The order of lists that the store has newest first, and in no other one.</summary>
    public const string NewestFirst = "-since";

    /// <summary>A list that the store has newest first only.</summary>
    /// <param name="sort">The order that is asked for; only a list that stands on a page has others than the usual one.</param>
    /// <param name="cursor">Where the page begins; null for the first one.</param>
    /// <param name="read">Reads from a cursor on <see cref="PageQuery.Standard"/> rows and one more.</param>
    /// <param name="place">The values by which the list goes on after a row.</param>
    /// <param name="sorted">The rows of a whole list by the column that is asked for.</param>
    public static Task<ListPage<T>> ReadAsync<T>(
        string? sort,
        string? cursor,
        Func<string?, Task<IReadOnlyList<T>>> read,
        Func<T, IReadOnlyList<string>> place,
        Func<IReadOnlyList<T>, string?, IReadOnlyList<T>> sorted
    ) => ReadAsync(sort, cursor, NewestFirst, [NewestFirst], (_, from) => read(from), (_, row) => place(row), sorted);

    /// <param name="sort">The order that is asked for; one that is not served is left aside.</param>
    /// <param name="cursor">Where the page begins; null for the first one.</param>
    /// <param name="usual">The order of the list that nobody sorts.</param>
    /// <param name="served">The orders that the store has.</param>
    /// <param name="read">Reads, in an order that is served and from a cursor on, <see cref="PageQuery.Standard"/> rows and one more.</param>
    /// <param name="place">The values by which a list in that order goes on after a row.</param>
    /// <param name="sorted">The rows of a whole list by the column that is asked for.</param>
    public static async Task<ListPage<T>> ReadAsync<T>(
        string? sort,
        string? cursor,
        string usual,
        IReadOnlyList<string> served,
        Func<string, string?, Task<IReadOnlyList<T>>> read,
        Func<string, T, IReadOnlyList<string>> place,
        Func<IReadOnlyList<T>, string?, IReadOnlyList<T>> sorted
    )
    {
        var order = sort is not null && served.Contains(sort) ? sort : usual;
        IReadOnlyList<T>? rows = null;
        if (cursor is null)
        {
            rows = await read(usual, null);
            if (rows.Count <= PageQuery.Standard)
            {
                return new(sorted(rows, sort), new ListOrder(sort ?? usual, null), null);
            }
        }
        if (rows is null || order != usual)
        {
            rows = await read(order, cursor);
        }
        return new(
            [.. rows.Take(PageQuery.Standard)],
            new ListOrder(order, served),
            rows.Count > PageQuery.Standard ? PageCursor.Write(place(order, rows[PageQuery.Standard - 1])) : null
        );
    }
}
