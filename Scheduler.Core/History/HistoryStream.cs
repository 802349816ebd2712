namespace Scheduler.Core.History;

/// <summary>What is exported on its own, each up to a mark of its own.</summary>
internal static class HistoryStream
{
    /// <summary>Runs by their ends, with the days that they changed.</summary>
    public const string Runs = "runs";

    /// <summary>Audit entries by their ids.</summary>
    public const string Audit = "audit";

    /// <summary>Customers, plans and pipelines as they stand; the mark says when they were copied.</summary>
    public const string Standing = "standing";
}
