using Scheduler.Core.Alerts;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>All alerts that fire.</summary>
public sealed record AlertsModel(IReadOnlyList<FiringAlert> Alerts);
