namespace Scheduler.Core.Audit;

/// <summary>What is wrong with a chain.</summary>
public enum ChainFault
{
    /// <summary>A row's hash is not that of its content: it was changed, or moved to another place.</summary>
    Changed,

    /// <summary>There is no row at the position.</summary>
    Missing,

    /// <summary>The row does not follow the one before it: inserted, reordered, or the one before was changed with its hash.</summary>
    Unlinked,

    /// <summary>The chain ends before its head: the last rows were cut off.</summary>
    CutTail,

    /// <summary>Rows follow that the head does not know, or there is no head.</summary>
    BeyondHead,

    /// <summary>The row at the head's position is another one than the head says.</summary>
    OtherHead,
}
