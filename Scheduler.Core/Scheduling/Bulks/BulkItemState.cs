using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>What became of one pipeline of a bulk.</summary>
[WireCase(upper: true)]
public enum BulkItemState
{
    /// <summary>Not its turn yet.</summary>
    Pending,

    /// <summary>The action was done.</summary>
    Done,

    /// <summary>It could not be done; the detail says why.</summary>
    Refused,

    /// <summary>It was taken back, or never done.</summary>
    Undone,

    /// <summary>It could not be taken back; the detail says why.</summary>
    Kept,
}
