using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Which runs a list shows.</summary>
/// <param name="State">SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED or SKIPPED.</param>
/// <param name="ConfigId">Of one pipeline.</param>
/// <param name="From">Scheduled times from here on.</param>
/// <param name="To">Scheduled times before here.</param>
internal sealed record RunQuery(
    [FromQuery(Name = "state")] string? State,
    [FromQuery(Name = "config_id")] string? ConfigId,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "to")] string? To
)
{
    /// <summary>Null and the filter, or what is wrong.</summary>
    /// <param name="page">Which page of the list.</param>
    /// <param name="filter">Only meaningful without a problem.</param>
    public SchedulerProblem? Read(PageQuery page, out RunFilter filter)
    {
        filter = new RunFilter();
        if (page.Read(parts: 2, out var start) is { } problem)
        {
            return problem;
        }
        if (!Reads(State, Wire.TryParse, out RunState? state))
        {
            return Wrong($"state must be one of {string.Join(", ", Wire.Words<RunState>())}.");
        }
        if (!Reads(From, QueryTime.TryRead, out Instant? from))
        {
            return Wrong($"from {QueryTime.Rule}");
        }
        if (!Reads(To, QueryTime.TryRead, out Instant? to))
        {
            return Wrong($"to {QueryTime.Rule}");
        }
        filter = new RunFilter
        {
            State = state,
            ConfigId = ConfigId,
            From = from,
            To = to,
            After = After(start.After),
            Limit = start.Limit,
        };
        return start.After is not null && filter.After is null ? PageQuery.WrongCursor() : null;
    }

    public static IReadOnlyList<string> CursorOf(Run run) =>
        [run.ScheduledTime.Micros().ToString(CultureInfo.InvariantCulture), run.RunId];

    /// <summary>The place that a cursor names; null for none, and for one that this list did not write.</summary>
    public static (Instant, string)? AfterOf(string? cursor) =>
        cursor is null ? null : After(PageCursor.Read(cursor, 2));

    private static (Instant, string)? After(IReadOnlyList<string>? place) =>
        place is [var time, var id]
        && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros)
        && micros <= Microseconds.Never.Micros()
        && micros >= Microseconds.First.Micros()
            ? (Microseconds.FromMicroseconds(micros), id)
            : null;

    /// <summary>True for a value that is left out (null) or can be read.</summary>
    private static bool Reads<T>(string? text, Reader<T> reader, out T? value)
        where T : struct
    {
        value = null;
        if (text is null)
        {
            return true;
        }
        var isRead = reader(text, out var read);
        value = isRead ? read : null;
        return isRead;
    }

    private static SchedulerProblem Wrong(string detail) => SchedulerProblem.Create(ErrorCode.InvalidQuery, detail);

    private delegate bool Reader<T>(string text, out T value);
}
