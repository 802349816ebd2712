using NodaTime;
using Scheduler.Core.Alerts;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>The first page.</summary>
/// <param name="Alerts">All that fire.</param>
/// <param name="DesiredWorkers">How many workers the work asks for.</param>
/// <param name="Objective">The lateness that is aimed at.</param>
public sealed record OverviewModel(
    OverviewSnapshot Snapshot,
    IReadOnlyList<FiringAlert> Alerts,
    int DesiredWorkers,
    Duration Objective
);
