using NodaTime;
using Scheduler.Core.Overview;
using Scheduler.Core.Status;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>What waits, for whom, and who works.</summary>
public sealed record QueueModel(
    StatusSnapshot Status,
    int DesiredWorkers,
    Duration Objective,
    IReadOnlyList<WorkerFigures> Workers,
    IReadOnlyList<WaitingCustomer> Customers,
    ListOrder Order
);
