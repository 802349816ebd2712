using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>How often a caller was refused on a route within a minute.</summary>
public sealed record RefusedCallsResponse
{
    /// <summary>The minute's beginning.</summary>
    public required Instant Minute { get; init; }

    /// <summary>The id of a key, <c>address:</c> and the network address, or <c>others</c> when there were too many to tell apart.</summary>
    public required string Caller { get; init; }

    /// <summary>Method and template.</summary>
    public required string Route { get; init; }
    public required int Status { get; init; }

    /// <summary>Of the key; null where there was none.</summary>
    public string? CustomerId { get; init; }
    public required long Calls { get; init; }
}
