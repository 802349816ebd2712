namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

internal enum SqlTokenKind
{
    Word,
    Parameter,
    Literal,

    /// <summary>A name in backticks.</summary>
    Quoted,
    Sign,
}
