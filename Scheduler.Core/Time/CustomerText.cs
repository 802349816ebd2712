namespace Scheduler.Core.Time;

/// <summary>Customers' own words, made safe to show again in a message.</summary>
internal static class CustomerText
{
    private const int LongestQuote = 40;

    /// <summary>The text in quotes: cut, and with everything but printable ASCII replaced.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var shown = text.Length <= LongestQuote ? text : text[..LongestQuote];
        var safe = new char[shown.Length];
        for (var i = 0; i < shown.Length; i++)
        {
            safe[i] = shown[i] is >= ' ' and <= '~' ? shown[i] : '?';
        }
        return text.Length <= LongestQuote ? $"'{new string(safe)}'" : $"'{new string(safe)}...'";
    }
}
