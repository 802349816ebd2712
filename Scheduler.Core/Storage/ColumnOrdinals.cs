using System.Data.Common;

namespace Scheduler.Core.Storage;

/// <summary>Where the columns of a result set stand, each looked up once and not for every row.</summary>
internal sealed class ColumnOrdinals(DbDataReader reader)
{
    private readonly Dictionary<string, int> ordinals = [];

    /// <summary>The columns of another result set follow.</summary>
    public void Reset() => ordinals.Clear();

    public int Of(string column)
    {
        if (!ordinals.TryGetValue(column, out var ordinal))
        {
            ordinal = reader.GetOrdinal(column);
            ordinals.Add(column, ordinal);
        }
        return ordinal;
    }
}
