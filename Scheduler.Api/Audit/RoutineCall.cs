namespace Scheduler.Api.Audit;

/// <summary>
/// Endpoint metadata: a call of the system's own daily work (trigger, process-queue, heartbeat, results). It leaves no row
/// in the audit trail, and its refusals are not counted.
/// </summary>
internal sealed record RoutineCall
{
    public static readonly RoutineCall Mark = new();
}
