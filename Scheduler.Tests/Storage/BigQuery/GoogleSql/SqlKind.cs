namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>ZetaSQL's numbers for the types that the product uses.</summary>
internal static class SqlKind
{
    public const int Int64 = 2;
    public const int Bool = 5;
    public const int Double = 7;
    public const int Text = 8;
    public const int Bytes = 9;
    public const int Date = 10;
    public const int Array = 16;
    public const int Struct = 17;
    public const int Timestamp = 19;
    public const int Numeric = 23;
    public const int BigNumeric = 24;
    public const int Json = 26;
}
