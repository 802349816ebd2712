using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>Body of POST /api/v1/scheduler/process-queue/pace.</summary>
public sealed record PaceRequest
{
    /// <summary>A day, in milliseconds: no wait and no pause is longer.</summary>
    public const int LongestMs = 24 * 60 * 60 * 1000;

    /// <summary>Whose pipeline calls.</summary>
    [Text(1, 200)]
    public required string CustomerId { get; init; }

    /// <summary>The provider's name.</summary>
    [Text(1, 100)]
    public required string Provider { get; init; }

    /// <summary>What the provider counts by, where that is narrower than the customer: an Azure tenant. Up to 200 characters.</summary>
    [Text(0, 200)]
    public string Account { get; init; } = "";

    /// <summary>Calls that may start at once after a quiet time, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public required int Burst { get; init; }

    /// <summary>One more call after each such time, 1 ms to a day.</summary>
    [Range(1, LongestMs)]
    public required int IntervalMs { get; init; }

    /// <summary>The most turns to take, 0 to 1,000; several only as far as their calls may start at once.</summary>
    [Range(0, 1000)]
    public int Calls { get; init; }

    /// <summary>A turn that comes later is not taken; 0 ms to a day.</summary>
    [Range(0, LongestMs)]
    public int LongestWaitMs { get; init; }

    /// <summary>The pause that the provider has just asked for; 0 ms, for none, to a day.</summary>
    [Range(0, LongestMs)]
    public int PauseMs { get; init; }
}
