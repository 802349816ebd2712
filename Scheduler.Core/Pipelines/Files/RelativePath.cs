using System.Globalization;
using System.Text.RegularExpressions;

namespace Scheduler.Core.Pipelines.Files;

/// <summary>The text rules of a customer's file path. They come before, and do not replace, the check of the opened file.</summary>
public static partial class RelativePath
{
    private const int MaxLength = 1024;

    // Look-alikes of '.', '/' and '\': they mean nothing to the file system, and nothing good in a path.
    private const string LookAlikes =
        "\u2024\u2025\u2026\uFE52\uFF0E\u2044\u2215\u29F8\uFF0F\u2216\u29F5\uFE68\uFF3C\uFF5E";

    /// <summary>Null when the text may be opened below the customer's folder, else why not.</summary>
    public static string? Refusal(string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "is empty";
        }
        if (path.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }
        if (Scheme().IsMatch(path))
        {
            return "is a URL or has a drive or scheme; it names a file in your own folder (a URL goes into the parameter url)";
        }
        if (path.Any(letter => IsBadLetter(letter)) || EncodedSeparator().IsMatch(path))
        {
            return "has a backslash, a control character, or a letter that imitates a path separator";
        }
        return path.Split('/').Select(SegmentRefusal).FirstOrDefault(refusal => refusal is not null);
    }

    private static string? SegmentRefusal(string segment) =>
        segment switch
        {
            "" => "must be relative and have no empty part",
            "." or ".." => "must not have '.' or '..' as a part",
            ['~', ..] => "must not have a part that begins with '~'",
            _ when segment != segment.Trim() => "must not have a part that begins or ends with a blank",
            _ => null,
        };

    private static bool IsBadLetter(char letter) =>
        letter == '\\'
        || LookAlikes.Contains(letter, StringComparison.Ordinal)
        || char.GetUnicodeCategory(letter)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse;

    [GeneratedRegex(@"\A\s*[A-Za-z][A-Za-z0-9+.-]*:")]
    private static partial Regex Scheme();

    [GeneratedRegex("%(25|2e|2f|5c|00)", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedSeparator();
}
