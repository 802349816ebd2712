namespace Scheduler.Core.Pipelines.Providers.Exports;

/// <summary>One month of an export as it lies in its store now.</summary>
/// <param name="Version">Changes with every delivery.</param>
/// <param name="Files">Names of its files, in the store's own form.</param>
internal sealed record ExportMonth(string Version, IReadOnlyList<string> Files);
