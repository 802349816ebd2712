using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>A recorded export file, read by DuckDB's own CSV reader and written again as a provider delivers it.</summary>
internal sealed partial class ExportSample
{
    private const int Places = 12;

    private ExportSample(IReadOnlyList<IReadOnlyDictionary<string, string?>> lines) => Lines = lines;

    public IReadOnlyList<IReadOnlyDictionary<string, string?>> Lines { get; }

    public byte[] Bytes => Encoding.UTF8.GetBytes(Text);

    public string Text
    {
        get
        {
            var columns = Lines[0].Keys.ToList();
            var rows = Lines.Select(line => string.Join(',', columns.Select(column => Quoted(line[column] ?? ""))));
            return string.Join('\n', rows.Prepend(string.Join(',', columns.Select(Quoted)))) + "\n";
        }
    }

    /// <summary>A FOCUS file; the word NULL of the published samples is an empty cell in real exports.</summary>
    public static ExportSample OfFocus(string path) =>
        Read(path, name => name, (_, value) => value is "NULL" ? null : value);

    /// <summary>
    /// A report with the names of its first version, under those of the second: <c>lineItem/UsageStartDate</c> is
    /// <c>line_item_usage_start_date</c>. Products and tags, maps in the second, are left out.
    /// </summary>
    public static ExportSample OfReport(string path, params (string Column, string Value)[] fill)
    {
        var given = fill.ToDictionary(pair => pair.Column, pair => pair.Value);
        return Read(path, SnakeCase, (column, value) => value ?? given.GetValueOrDefault(column));
    }

    public decimal Sum(string column, Func<IReadOnlyDictionary<string, string?>, bool>? where = null) =>
        Lines
            .Where(line => where is null || where(line))
            .Sum(line =>
                line[column] is { } cell
                    ? decimal.Round(decimal.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture), Places)
                    : 0
            );

    public static byte[] Zip(string text)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }
        return zipped.ToArray();
    }

    private static ExportSample Read(string path, Func<string, string?> name, Func<string, string?, string?> value)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"select * from read_csv('{path}', all_varchar = true, header = true)";
        using var reader = command.ExecuteReader();
        var lines = new List<IReadOnlyDictionary<string, string?>>();
        while (reader.Read())
        {
            var line = new Dictionary<string, string?>();
            for (var place = 0; place < reader.FieldCount; place++)
            {
                if (name(reader.GetName(place)) is { } column)
                {
                    line[column] = value(column, reader.IsDBNull(place) ? null : reader.GetString(place));
                }
            }
            lines.Add(line);
        }
        return new ExportSample(lines);
    }

    private static string? SnakeCase(string name) =>
        name.Split('/')
            is [
                ("lineItem" or "bill" or "pricing" or "reservation" or "savingsPlan" or "identity")
                and var group,
                var column,
            ]
            ? $"{Words().Replace(group, "_$1")}_{Words().Replace(column, "_$1").TrimStart('_')}".ToLowerInvariant()
            : null;

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("(?<=[a-z])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])")]
    private static partial Regex Words();
}
