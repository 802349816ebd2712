namespace Scheduler.Tests.Planted;

/// <summary>One change of one file.</summary>
/// <param name="File">Relative to the repository.</param>
/// <param name="Original">Stands in the file exactly once.</param>
/// <param name="Replacement">Takes its place.</param>
internal sealed record PlantedEdit(string File, string Original, string Replacement);
