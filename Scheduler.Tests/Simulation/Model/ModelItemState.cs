namespace Scheduler.Tests.Simulation.Model;

/// <summary>Where a queue item stands.</summary>
internal enum ModelItemState
{
    Queued,
    Processing,
    Completed,
    Failed,
}
