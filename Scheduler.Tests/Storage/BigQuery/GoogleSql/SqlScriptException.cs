namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>A script that cannot be analysed.</summary>
/// <param name="message">Why, in the engine's words.</param>
/// <param name="position">Where in the script.</param>
internal sealed class SqlScriptException(string message, int position) : Exception(message)
{
    public int Position { get; } = position;
}
