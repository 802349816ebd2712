namespace Scheduler.Core.Customers;

/// <summary>What there is of a customer that may be purged.</summary>
public sealed record PurgeInventory
{
    public required string Status { get; init; }
    public required string DatasetId { get; init; }

    /// <summary>Leases that are alive: workers still write.</summary>
    public required long RunningNow { get; init; }

    /// <summary>Rows by table.</summary>
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    /// <summary>Only a cancelled customer is purged, and only when none of its runs is at work.</summary>
    public bool MayBePurged => Status == "CANCELLED" && RunningNow == 0;
}
