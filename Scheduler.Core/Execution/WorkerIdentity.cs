namespace Scheduler.Core.Execution;

/// <summary>
/// The name a process claims under. A host name, or a name given by an operator, may stand for several processes at
/// once or one after another; the fresh part makes it one process's.
/// </summary>
public static class WorkerIdentity
{
    /// <summary>Longest name that leaves room for the fresh part (the API takes 200 characters).</summary>
    public const int LongestName = 150;

    /// <summary><c>{name}-{12 hexadecimal digits}</c>; <c>worker</c> stands in for a missing name.</summary>
    /// <param name="unique">A new random identifier for each process.</param>
    public static string Create(string? name, Guid unique) =>
        $"{(string.IsNullOrWhiteSpace(name) ? "worker" : name.Trim())}-{unique.ToString("N")[..12]}";
}
