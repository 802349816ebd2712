using Scheduler.Core.Contracts;

namespace Scheduler.Core.Queue;

/// <summary>How a lease ends: by its worker's word, or (lost) by the clock.</summary>
[WireCase(upper: false)]
public enum LeaseEndKind
{
    Completed,
    Failed,
    Cancelled,
    Released,
    Lost,
}
