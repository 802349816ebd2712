using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Endpoints;

/// <summary>Which deliveries the operators look for.</summary>
/// <param name="State">pending, delivered, dead or dropped; dead where it is left out.</param>
internal sealed record DeliveryQuery([FromQuery(Name = "state")] string? State)
{
    /// <summary>Null and what to list, or what is wrong.</summary>
    public SchedulerProblem? Read(
        PageQuery page,
        out DeliveryState state,
        out (Instant CreatedAt, string DeliveryId)? after,
        out int limit
    )
    {
        (state, after, limit) = (DeliveryState.Dead, null, 0);
        if (page.Read(parts: 2, out var start) is { } problem)
        {
            return problem;
        }
        limit = start.Limit;
        if (State is not null && !Wire.TryParse(State, out state))
        {
            var words = Wire.Words<DeliveryState>().Select(word => word.ToLowerInvariant());
            return SchedulerProblem.Create(ErrorCode.InvalidQuery, $"state must be one of {string.Join(", ", words)}.");
        }
        if (start.After is not { } values)
        {
            return null;
        }
        if (!ListTime.TryRead(values[0], out var createdAt))
        {
            return PageQuery.WrongCursor();
        }
        after = (createdAt, values[1]);
        return null;
    }

    public static IReadOnlyList<string> CursorOf(DeliveryRecord delivery) =>
        [delivery.CreatedAt.Micros().ToString(CultureInfo.InvariantCulture), delivery.DeliveryId];
}
