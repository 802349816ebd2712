namespace Scheduler.Core.Telemetry;

/// <summary>Names and values that travel with a trace, in the form of W3C Baggage (https://www.w3.org/TR/baggage/).</summary>
public static class Baggage
{
    // The least that the recommendation asks every party to carry on.
    private const int MostCharacters = 8_192;
    private const int MostEntries = 64;

    /// <param name="entries">Names are plain tokens; values may be anything and are percent-encoded.</param>
    public static string Write(IEnumerable<(string Name, string Value)> entries) =>
        string.Join(',', entries.Select(entry => $"{entry.Name}={Uri.EscapeDataString(entry.Value)}"));

    /// <summary>What a text says. Entries that are none are passed over, and so is all of a text that is too long.</summary>
    public static IReadOnlyList<(string Name, string Value)> Read(string? text)
    {
        if (text is null || text.Length > MostCharacters)
        {
            return [];
        }
        var entries = new List<(string, string)>();
        foreach (var member in text.Split(',').Take(MostEntries))
        {
            // What follows a semicolon are properties of the entry; none of them is ours.
            var entry = member.Split(';')[0];
            var mark = entry.IndexOf('=', StringComparison.Ordinal);
            if (mark > 0 && entry[..mark].Trim() is { Length: > 0 } name)
            {
                entries.Add((name, Uri.UnescapeDataString(entry[(mark + 1)..].Trim())));
            }
        }
        return entries;
    }
}
