using Scheduler.Core.Storage;
using Scheduler.Core.Storage.Sqlite;

namespace Scheduler.Core.Failpoints;

/// <summary>Names of the places where a test can hold or end a process.</summary>
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

    private const string BeforeScript = "before:";
    private const string AfterScript = "after:";

    /// <summary>Those with a name of their own; each script of the store has two more.</summary>
    public static IReadOnlyList<string> All { get; } =
    [RunStarted, LoadAfterDelete, LoadStaged, RunBeforeResult, TriggerBetweenBatches, OnboardBeforeCommit];

    /// <summary>The place before a script is sent to the store.</summary>
    public static string Before(SqlOperation operation) => $"{BeforeScript}{operation}";

    /// <summary>The place after a script's commit, before anybody knows of it.</summary>
    public static string After(SqlOperation operation) => $"{AfterScript}{operation}";

    /// <summary>Whether there is such a place.</summary>
    public static bool IsKnown(string name) =>
        All.Contains(name, StringComparer.Ordinal) || IsScript(name, BeforeScript) || IsScript(name, AfterScript);

    private static bool IsScript(string name, string side) =>
        name.StartsWith(side, StringComparison.Ordinal)
        && name[side.Length..].Split('.') is [var concept, var script]
        && SqlText.Concepts(SqliteEngine.DialectName).Contains(concept)
        && SqlText.Load(SqliteEngine.DialectName, concept).Statements.Any(statement => statement.Name == script);
}
