namespace Scheduler.Api.Dashboard;

/// <summary>The order in which a page shows the rows it has.</summary>
public static class Sorting
{
    /// <summary>By the asked column; as they came where there is none of that name.</summary>
    /// <param name="sort">A column's name, with a minus before it for the other way round.</param>
    public static IReadOnlyList<T> By<T>(
        IReadOnlyList<T> rows,
        string? sort,
        params ReadOnlySpan<(string Name, Func<T, IComparable?> Value)> columns
    )
    {
        foreach (var (name, value) in columns)
        {
            if (sort == name)
            {
                return [.. rows.OrderBy(value)];
            }
            if (sort == "-" + name)
            {
                return [.. rows.OrderByDescending(value)];
            }
        }
        return rows;
    }
}
