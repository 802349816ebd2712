using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>A row that remembers what was read of it.</summary>
internal sealed class RecordingRow(SqlRow inner) : SqlRow
{
    private readonly List<ReadCell> cells = [];

    public IReadOnlyList<ReadCell> Cells => cells;

    public override bool IsNull(string column) => Read(column, CellKind.Null, inner.IsNull(column));

    public override string Text(string column) => Read(column, CellKind.Text, inner.Text(column));

    public override long Int64(string column) => Read(column, CellKind.Number, inner.Int64(column));

    public override bool Bool(string column) => Read(column, CellKind.Flag, inner.Bool(column));

    public override double Double(string column) => Read(column, CellKind.Fraction, inner.Double(column));

    public override Instant At(string column) => Read(column, CellKind.Instant, inner.At(column));

    public override byte[] Bytes(string column) => Read(column, CellKind.Bytes, inner.Bytes(column));

    private T Read<T>(string column, CellKind kind, T value)
        where T : notnull
    {
        cells.Add(new ReadCell(column, kind, value));
        return value;
    }
}
