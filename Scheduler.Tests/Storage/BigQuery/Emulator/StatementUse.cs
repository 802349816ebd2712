namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>One executed statement that looked at a table.</summary>
/// <param name="Kind">As BigQuery names it: SELECT, INSERT, UPDATE …</param>
/// <param name="Tables">The tables that it referenced.</param>
/// <param name="BytesBilled">Their sizes, each at the floor at least; what is changed or deleted in is billed as read and as written.</param>
/// <param name="Rows">Rows that it changed.</param>
/// <param name="At">When, by the clock of the limits where the dataset has one.</param>
internal sealed record StatementUse(
    string Kind,
    IReadOnlyList<string> Tables,
    long BytesBilled,
    long Rows,
    DateTimeOffset At
)
{
    public const long FloorBytes = 10L << 20;
}
