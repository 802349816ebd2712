using System.Text.Json;
using Scheduler.Core.Pipelines.Extract;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>
/// Collects objects as rows of one page. Every member becomes a column, so that what a provider adds is kept; members of
/// inner objects get the name <c>outer.inner</c>.
/// </summary>
public sealed class RowTable
{
    private const int Depth = 4;

    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly List<string> columns = [];
    private readonly List<List<string?>> rows = [];

    public int Count => rows.Count;

    /// <summary>Begins a row; the setters fill it.</summary>
    public RowTable Row()
    {
        rows.Add([]);
        return this;
    }

    public RowTable Set(string column, string? value)
    {
        if (!places.TryGetValue(column, out var place))
        {
            places[column] = place = columns.Count;
            columns.Add(column);
        }
        var row = rows[^1];
        while (row.Count <= place)
        {
            row.Add(null);
        }
        row[place] = value;
        return this;
    }

    /// <summary>Every member of an object, but those left out.</summary>
    public RowTable SetAll(JsonElement json, params ReadOnlySpan<string> leftOut)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (!leftOut.Contains(member.Name))
            {
                SetMember(member.Name, member.Value, Depth);
            }
        }
        return this;
    }

    /// <summary>The page; the table is empty after it.</summary>
    /// <param name="firstRow">Number of its first row, from 1.</param>
    /// <param name="bytes">What was read for it.</param>
    public ExtractPage Page(long firstRow, long bytes)
    {
        var page = new ExtractPage
        {
            Columns = [.. columns],
            Rows = [.. rows.Select(Padded)],
            FirstRow = firstRow,
            BytesRead = bytes,
        };
        columns.Clear();
        places.Clear();
        rows.Clear();
        return page;
    }

    private string?[] Padded(List<string?> row) => [.. row, .. new string?[columns.Count - row.Count]];

    private void SetMember(string name, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object || depth == 0)
        {
            Set(name, value.Cell());
            return;
        }
        foreach (var member in value.EnumerateObject())
        {
            SetMember($"{name}.{member.Name}", member.Value, depth - 1);
        }
    }
}
