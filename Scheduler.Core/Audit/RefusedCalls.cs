using NodaTime;

namespace Scheduler.Core.Audit;

/// <summary>How often a caller was refused on a route within a minute.</summary>
/// <param name="Minute">Its beginning.</param>
/// <param name="Caller">The id of a key, or <c>address:</c> and the network address.</param>
/// <param name="Route">The template, such as <c>/api/v1/scheduler/customer/{id}/pipelines</c>, with its method.</param>
/// <param name="Status">401, 403 or 429.</param>
/// <param name="CustomerId">Of the key; null where there was none.</param>
public sealed record RefusedCalls(
    Instant Minute,
    string Caller,
    string Route,
    int Status,
    string? CustomerId,
    long Calls
);
