namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>A job that fails, with the reason and the text that BigQuery gives.</summary>
internal sealed class SqlFailure(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;

    public static SqlFailure Invalid(string message) => new("invalidQuery", message);
}
