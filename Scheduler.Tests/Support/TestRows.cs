using System.Data.Common;

namespace Scheduler.Tests.Support;

/// <summary>Rows as dictionaries, for what looks behind the stores' back.</summary>
internal static class TestRows
{
    /// <param name="plain">Brings a value into the form that is the same for every engine; null stays null.</param>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> ReadAsync(
        DbCommand command,
        Func<object, object> plain
    )
    {
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(
                Enumerable
                    .Range(0, reader.FieldCount)
                    .ToDictionary(reader.GetName, i => reader.IsDBNull(i) ? null : plain(reader.GetValue(i)))
            );
        }
        return rows;
    }
}
