using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Api.Endpoints;

/// <summary>Which bulks the operators look for.</summary>
/// <param name="State">RUNNING, DONE, UNDOING or UNDONE; all where it is left out.</param>
internal sealed record BulkQuery([FromQuery(Name = "state")] string? State)
{
    /// <summary>Null and what to list, or what is wrong.</summary>
    public SchedulerProblem? Read(PageQuery page, out BulkState? state, out string? beforeId, out int limit)
    {
        (state, beforeId, limit) = (null, null, 0);
        if (page.Read(parts: 1, out var start) is { } problem)
        {
            return problem;
        }
        (beforeId, limit) = (start.After?[0], start.Limit);
        if (State is null)
        {
            return null;
        }
        if (!Wire.TryParse(State, out BulkState parsed))
        {
            var words = string.Join(", ", Wire.Words<BulkState>());
            return SchedulerProblem.Create(ErrorCode.InvalidQuery, $"state must be one of {words}.");
        }
        state = parsed;
        return null;
    }
}
