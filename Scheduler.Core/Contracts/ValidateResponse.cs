namespace Scheduler.Core.Contracts;

/// <summary>Whether a pipeline of the customer could run now, and what stands in its way.</summary>
public sealed record ValidateResponse
{
    public required bool CanRunPipeline { get; init; }
    public required bool SubscriptionValid { get; init; }

    /// <summary>Of the day and the month. A full concurrent quota only delays.</summary>
    public required bool QuotaAvailable { get; init; }
    public required QuotaRemaining QuotaRemaining { get; init; }
    public required bool CredentialsConfigured { get; init; }

    /// <summary>Credentials that were put back to PENDING, so that the next run with each proves it; only with live=true.</summary>
    public int? CredentialsToRecheck { get; init; }
    public required IReadOnlyList<string> ValidationErrors { get; init; }
}
