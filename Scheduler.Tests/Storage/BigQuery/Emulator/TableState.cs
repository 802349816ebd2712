using Google.Protobuf;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>A table as it stood at one moment; never changed.</summary>
/// <param name="Table">Its columns.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Mutations">How many committed UPDATEs and DELETEs have changed it.</param>
internal sealed record TableState(SqlTable Table, IReadOnlyList<StoredRow> Rows, long Mutations)
{
    private (IReadOnlyList<StoredRow> Of, ByteString Bytes)? encoded;

    /// <summary>An encoded <see cref="TableContent"/>.</summary>
    public ByteString Content()
    {
        if (encoded is not { } made || made.Of != Rows)
        {
            var size = Rows.Sum(row => row.Encoded.Length);
            var bytes = new byte[
                CodedOutputStream.ComputeTagSize(1) + CodedOutputStream.ComputeLengthSize(size) + size
            ];
            using var output = new CodedOutputStream(bytes);
            output.WriteTag(TableContent.TableDataFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(size);
            output.Flush();
            var at = bytes.Length - size;
            foreach (var row in Rows)
            {
                row.Encoded.CopyTo(bytes, at);
                at += row.Encoded.Length;
            }
            encoded = made = (Rows, UnsafeByteOperations.UnsafeWrap(bytes));
        }
        return made.Bytes;
    }

    public static TableState Empty(SqlTable table) => new(table, [], 0);
}
