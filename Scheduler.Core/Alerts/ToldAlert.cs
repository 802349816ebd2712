namespace Scheduler.Core.Alerts;

/// <summary>How far an alert is told, and from where: it is only told by whom knew it as it is.</summary>
/// <param name="AlertId">The alert.</param>
/// <param name="WasTold">What had been told when it was read.</param>
/// <param name="WasOver">Whether it was over then.</param>
/// <param name="Told">0 nothing, 1 that it fired, 2 also that it is over.</param>
public sealed record ToldAlert(long AlertId, int WasTold, bool WasOver, int Told);
