using Scheduler.Core.Contracts;

namespace Scheduler.Core.Scheduling.Bulks;

/// <summary>How a bulk stands.</summary>
[WireCase(upper: true)]
public enum BulkState
{
    /// <summary>It goes through its pipelines.</summary>
    Running,

    /// <summary>It has gone through all of them.</summary>
    Done,

    /// <summary>What it did is being taken back.</summary>
    Undoing,

    /// <summary>What could be taken back has been.</summary>
    Undone,
}
