namespace Scheduler.Core.Contracts;

/// <summary>What became of a line of an import.</summary>
[WireCase(upper: false)]
public enum ImportLineStatus
{
    Created,
    Changed,

    /// <summary>The pipeline was there already, exactly so.</summary>
    Unchanged,

    /// <summary>Nothing was written for it; the errors say why.</summary>
    Refused,
}
