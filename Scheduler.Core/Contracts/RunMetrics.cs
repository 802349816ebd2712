using System.ComponentModel.DataAnnotations;

namespace Scheduler.Core.Contracts;

/// <summary>What an execution measured about itself.</summary>
public sealed record RunMetrics
{
    [Range(0.0, 9e18)]
    public long DurationMs { get; init; }

    [Range(0.0, 9e18)]
    public long RowsRead { get; init; }

    [Range(0.0, 9e18)]
    public long RowsWritten { get; init; }

    [Range(0.0, 9e18)]
    public long BytesRead { get; init; }

    /// <summary>Whether the leased credential was presented to the provider. Left out, it counts as if it was.</summary>
    public bool? CredentialUsed { get; init; }
}
