namespace Scheduler.Tests.Planted;

/// <summary>A mistake that is made on purpose, to see whether it is noticed.</summary>
/// <param name="Name">Short, for the command line and the table.</param>
/// <param name="What">What is wrong then.</param>
/// <param name="Edits">How the sources are changed.</param>
internal sealed record PlantedBug(string Name, string What, params IReadOnlyList<PlantedEdit> Edits);
