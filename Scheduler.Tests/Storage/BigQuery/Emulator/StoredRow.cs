using Google.Protobuf;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <param name="id">Unique in the dataset, rising in the order of inserts.</param>
/// <param name="cells">In the order of the table's columns.</param>
internal sealed class StoredRow(long id, IReadOnlyList<ValueProto> cells)
{
    private byte[]? encoded;

    public long Id { get; } = id;

    public IReadOnlyList<ValueProto> Cells { get; } = cells;

    /// <summary>As a part of an encoded <see cref="TableData"/>, the row's id as last cell. Made once: a row never changes.</summary>
    public byte[] Encoded
    {
        get
        {
            if (encoded is null)
            {
                var row = new TableData.Types.Row();
                row.Cell.AddRange(Cells);
                row.Cell.Add(SqlValues.Of(Id));
                var data = new TableData();
                data.Row.Add(row);
                encoded = data.ToByteArray();
            }
            return encoded;
        }
    }
}
