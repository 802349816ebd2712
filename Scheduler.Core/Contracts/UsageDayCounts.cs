using NodaTime;

namespace Scheduler.Core.Contracts;

/// <summary>One of the customer's own days.</summary>
public sealed record UsageDayCounts
{
    public required LocalDate Date { get; init; }
    public required int Runs { get; init; }
    public required int Succeeded { get; init; }
    public required int Failed { get; init; }
    public required int Cancelled { get; init; }

    /// <summary>A run was skipped for want of quota on it.</summary>
    public required bool QuotaExceeded { get; init; }
}
