namespace Scheduler.Core.Datasets;

/// <summary>Cost of one service in one currency.</summary>
public sealed record ServiceCost(string Service, string Currency, decimal Billed, decimal Effective, long Rows);
