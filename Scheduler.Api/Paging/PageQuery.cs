using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Paging;

/// <summary>The two query parameters of every list; take them with <c>[AsParameters]</c>.</summary>
/// <param name="Limit">Most entries of the page, 1 to 200; 50 when it is left out.</param>
/// <param name="Cursor">Where the page begins: from the Link header of the page before.</param>
public sealed record PageQuery([FromQuery(Name = "limit")] int? Limit, [FromQuery(Name = "cursor")] string? Cursor)
{
    public const int Most = 200;
    public const int Standard = 50;

    /// <summary>Null and the page that is asked for, or what is wrong.</summary>
    /// <param name="parts">Of how many values the list's cursors are made.</param>
    /// <param name="start">Only meaningful without a problem.</param>
    public SchedulerProblem? Read(int parts, out PageStart start)
    {
        var after = Cursor is null ? null : PageCursor.Read(Cursor, parts);
        start = new PageStart(Limit ?? Standard, after);
        if (start.Limit is < 1 or > Most)
        {
            return SchedulerProblem.Create(ErrorCode.InvalidQuery, $"limit must be from 1 to {Most}.");
        }
        return Cursor is not null && after is null ? WrongCursor() : null;
    }

    /// <summary>For a cursor whose values make no sense in the list.</summary>
    public static SchedulerProblem WrongCursor() =>
        SchedulerProblem.Create(ErrorCode.InvalidQuery, "cursor is not one that this list has handed out.");
}
