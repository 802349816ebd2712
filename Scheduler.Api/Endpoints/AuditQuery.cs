using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Scheduler.Api.Errors;

namespace Scheduler.Api.Endpoints;

/// <summary>Which part of the audit trail is asked for.</summary>
/// <param name="CustomerId">What concerns this customer; without it everything.</param>
/// <param name="From">Times from here on.</param>
/// <param name="To">Times before here.</param>
/// <param name="Refusals">True for the counts of refused calls instead of the changes.</param>
internal sealed record AuditQuery(
    [FromQuery(Name = "customer_id")] string? CustomerId,
    [FromQuery(Name = "from")] string? From,
    [FromQuery(Name = "to")] string? To,
    [FromQuery(Name = "refusals")] bool? Refusals
)
{
    /// <summary>Null and the times, or what is wrong.</summary>
    public SchedulerProblem? ReadTimes(out Instant? from, out Instant? to)
    {
        to = null;
        if (!TryRead(From, out from))
        {
            return SchedulerProblem.Create(ErrorCode.InvalidQuery, $"from {QueryTime.Rule}");
        }
        return TryRead(To, out to) ? null : SchedulerProblem.Create(ErrorCode.InvalidQuery, $"to {QueryTime.Rule}");
    }

    /// <summary>True for a time that is left out (null) or can be read.</summary>
    private static bool TryRead(string? text, out Instant? time)
    {
        time = null;
        if (text is null)
        {
            return true;
        }
        var isRead = QueryTime.TryRead(text, out var read);
        time = isRead ? read : null;
        return isRead;
    }
}
