namespace Scheduler.Core.Storage;

/// <summary>A parameter as its script declares it.</summary>
/// <param name="Name">Without its <c>@</c>.</param>
/// <param name="Type">In the words of the dialect.</param>
public sealed record SqlParameter(string Name, string Type);
