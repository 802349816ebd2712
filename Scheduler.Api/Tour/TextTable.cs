namespace Scheduler.Api.Tour;

/// <summary>Lays out columns of plain text, each as wide as its widest cell.</summary>
internal static class TextTable
{
    private const string Gap = "   ";

    /// <param name="rightAligned">The places of the columns that hold numbers, from 0.</param>
    public static IEnumerable<string> Render(IReadOnlyList<string[]> rows, params int[] rightAligned)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToList();
        return rows.Select(row => string.Join(Gap, row.Select(Cell)).TrimEnd());

        string Cell(string text, int column) =>
            rightAligned.Contains(column) ? text.PadLeft(widths[column]) : text.PadRight(widths[column]);
    }
}
