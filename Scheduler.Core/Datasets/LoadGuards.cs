namespace Scheduler.Core.Datasets;

/// <summary>What a load checks before it replaces anything.</summary>
/// <param name="ShrinkPercent">A final day may lose at most this share of its absolute billed cost, 0 to 100.</param>
/// <param name="Force">True lets a shrinking or emptied window pass.</param>
public sealed record LoadGuards(int ShrinkPercent, bool Force);
