namespace Scheduler.Core.Failpoints;

/// <summary>Names of the places where a test can hold an execution.</summary>
public static class Failpoint
{
    /// <summary>Inside the load's transaction, after the old rows are deleted and before the new ones are in.</summary>
    public const string LoadAfterDelete = "load:after-delete";

    /// <summary>After the load is committed, before its result is handed to the caller.</summary>
    public const string RunBeforeResult = "run:before-result";

    public static IReadOnlyList<string> All { get; } = [LoadAfterDelete, RunBeforeResult];
}
