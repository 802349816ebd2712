using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Which alerts the operators look for.</summary>
/// <param name="State">firing, silenced or resolved; without it all.</param>
/// <param name="CustomerId">Those of this customer; without it all, those of the system included.</param>
internal sealed record AlertQuery(
    [FromQuery(Name = "state")] string? State,
    [FromQuery(Name = "customer_id")] string? CustomerId
)
{
    private const int LongestCustomer = 50;

    /// <summary>Null and the filter, or what is wrong.</summary>
    /// <param name="page">Which page of the list.</param>
    /// <param name="filter">Only meaningful without a problem.</param>
    public SchedulerProblem? Read(PageQuery page, out AlertFilter filter)
    {
        filter = new AlertFilter { Limit = 0 };
        if (page.Read(parts: 2, out var start) is { } problem)
        {
            return problem;
        }
        AlertState? state = null;
        if (State is not null)
        {
            if (!Wire.TryParse(State, out AlertState parsed))
            {
                return Wrong($"state must be one of {string.Join(", ", Wire.Words<AlertState>())}.");
            }
            state = parsed;
        }
        if (CustomerId is { Length: 0 or > LongestCustomer } || CustomerId?.Any(char.IsControl) == true)
        {
            return Wrong($"customer_id must have 1 to {LongestCustomer} characters, and no control characters.");
        }
        filter = new AlertFilter
        {
            State = state,
            CustomerId = CustomerId,
            Limit = start.Limit,
        };
        if (start.After is not { } after)
        {
            return null;
        }
        if (!ListTime.TryRead(after[0], out var firedAt) || !AlertIds.TryParse(after[1], out var alertId))
        {
            return PageQuery.WrongCursor();
        }
        filter = filter with { After = (firedAt, alertId) };
        return null;
    }

    public static IReadOnlyList<string> CursorOf(Alert alert) =>
        [alert.FiredAt.Micros().ToString(CultureInfo.InvariantCulture), AlertIds.Text(alert.AlertId!.Value)];

    private static SchedulerProblem Wrong(string detail) => SchedulerProblem.Create(ErrorCode.InvalidQuery, detail);
}
