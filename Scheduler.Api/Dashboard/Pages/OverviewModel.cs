using NodaTime;
using Scheduler.Core.Alerts;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>The first page.</summary>
/// <param name="DesiredWorkers">How many workers the work asks for.</param>
/// <param name="Objective">The lateness that is aimed at.</param>
public sealed record OverviewModel(OverviewSnapshot Snapshot, int DesiredWorkers, Duration Objective)
{
    public IReadOnlyList<Alert> Firing { get; } = [.. Snapshot.Alerts.Where(alert => alert.State == AlertState.Firing)];

    public int Silenced => Snapshot.Alerts.Count - Firing.Count;
}
