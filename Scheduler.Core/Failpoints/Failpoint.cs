namespace Scheduler.Core.Failpoints;

/// <summary>Names of the places where a test can hold a process.</summary>
public static class Failpoint
{
    /// <summary>After the claim, before the first step.</summary>
    public const string RunStarted = "run:started";

    /// <summary>Inside the transaction of a load into a DuckDB file, after the old rows are deleted and before the new ones are in.</summary>
    public const string LoadAfterDelete = "load:after-delete";

    /// <summary>In a load into BigQuery, after the lines are staged and before the one script that replaces the window.</summary>
    public const string LoadStaged = "load:staged";

    /// <summary>After the load is committed, before its result is handed to the caller.</summary>
    public const string RunBeforeResult = "run:before-result";

    /// <summary>In a trigger, after a batch is committed and before the next one is read.</summary>
    public const string TriggerBetweenBatches = "trigger:between-batches";

    /// <summary>In an onboarding, after the dataset is there and before the customer is committed.</summary>
    public const string OnboardBeforeCommit = "onboard:before-commit";

    public static IReadOnlyList<string> All { get; } =
    [RunStarted, LoadAfterDelete, LoadStaged, RunBeforeResult, TriggerBetweenBatches, OnboardBeforeCommit];
}
