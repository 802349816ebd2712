namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>One executed statement that looked at a table.</summary>
/// <param name="Kind">As BigQuery names it: SELECT, INSERT, UPDATE …</param>
/// <param name="Tables">How many tables it referenced.</param>
/// <param name="Rows">Rows that it changed.</param>
internal sealed record StatementUse(string Kind, int Tables, long Rows)
{
    private const long FloorBytes = 10L << 20;

    public long BytesBilled => Tables * FloorBytes;
}
