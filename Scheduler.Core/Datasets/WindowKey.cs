namespace Scheduler.Core.Datasets;

/// <summary>What one load owns in <c>cost_daily</c>; only rows under the same key are ever replaced by it.</summary>
/// <param name="SourceAccountId">What the credential reads; for files the file's path, or the name given to it.</param>
public sealed record WindowKey(string Provider, string Domain, string Template, string SourceAccountId);
