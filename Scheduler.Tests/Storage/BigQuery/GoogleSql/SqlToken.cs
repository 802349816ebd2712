namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>One token of GoogleSQL.</summary>
/// <param name="Text">As it stands.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct SqlToken(string Text, int Start, SqlTokenKind Kind)
{
    public int End => Start + Text.Length;

    /// <summary>Whether it is this word, in any case.</summary>
    public bool Is(string word) =>
        Kind is SqlTokenKind.Word or SqlTokenKind.Sign && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>The tokens of a text, comments and white space left out.</summary>
    public static List<SqlToken> Read(string text)
    {
        var tokens = new List<SqlToken>();
        var at = 0;
        while (at < text.Length)
        {
            var first = text[at];
            if (char.IsWhiteSpace(first))
            {
                at++;
            }
            else if (text.AsSpan(at).StartsWith("--"))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else if (first is '\'' or '"' or '`')
            {
                var end = at + 1;
                while (text[end] != first)
                {
                    end += text[end] == '\\' ? 2 : 1;
                }
                tokens.Add(new(text[at..(end + 1)], at, first == '`' ? SqlTokenKind.Quoted : SqlTokenKind.Literal));
                at = end + 1;
            }
            else if (char.IsLetter(first) || first is '_' or '@')
            {
                var end = at + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '@'))
                {
                    end++;
                }
                tokens.Add(new(text[at..end], at, first == '@' ? SqlTokenKind.Parameter : SqlTokenKind.Word));
                at = end;
            }
            else if (char.IsDigit(first))
            {
                var end = at + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '.'))
                {
                    end++;
                }
                tokens.Add(new(text[at..end], at, SqlTokenKind.Literal));
                at = end;
            }
            else
            {
                tokens.Add(new(text[at..(at + 1)], at, SqlTokenKind.Sign));
                at++;
            }
        }
        return tokens;
    }
}
