using System.Text.Json;
using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Storage;

/// <summary>The current row of a result, read by column name. Only valid inside the mapping function.</summary>
public abstract class SqlRow
{
    public abstract bool IsNull(string column);

    public abstract string Text(string column);

    public abstract long Int64(string column);

    public abstract double Double(string column);

    public abstract Instant At(string column);

    public abstract byte[] Bytes(string column);

    public int Int32(string column) => checked((int)Int64(column));

    public virtual bool Bool(string column) => Int64(column) != 0;

    public string? TextOrNull(string column) => IsNull(column) ? null : Text(column);

    public long? Int64OrNull(string column) => IsNull(column) ? null : Int64(column);

    public double? DoubleOrNull(string column) => IsNull(column) ? null : Double(column);

    public Instant? AtOrNull(string column) => IsNull(column) ? null : At(column);

    /// <summary>A word of a closed vocabulary.</summary>
    public T Word<T>(string column)
        where T : struct, Enum => Wire.Parse<T>(Text(column));

    public T? WordOrNull<T>(string column)
        where T : struct, Enum => IsNull(column) ? null : Word<T>(column);

    public JsonElement? JsonOrNull(string column)
    {
        if (IsNull(column))
        {
            return null;
        }
        using var document = JsonDocument.Parse(Text(column));
        return document.RootElement.Clone();
    }

    /// <summary>A JSON list of strings; empty where the column is null.</summary>
    public IReadOnlyList<string> Texts(string column) =>
        IsNull(column) ? [] : JsonSerializer.Deserialize<string[]>(Text(column)) ?? [];
}
