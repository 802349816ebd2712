using System.Text;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>Rewrites of a statement's text that the engine underneath needs; none changes what it means.</summary>
internal static class GoogleSqlText
{
    /// <summary>Under what name the number of rows that the last change touched is passed along.</summary>
    public const string RowCount = "system_row_count";

    /// <summary>Under what name the time is passed along.</summary>
    public const string Time = "system_time_now";

    /// <summary>
    /// The functions that tell the time become a parameter, so that it is the same throughout a statement, or a transaction, however many
    /// parts of it are evaluated by themselves.
    /// </summary>
    public static string WithTime(string text)
    {
        var tokens = SqlToken.Read(text);
        var result = new StringBuilder();
        var done = 0;
        for (var nth = 0; nth < tokens.Count; nth++)
        {
            var isDate = tokens[nth].Is("current_date");
            if (!isDate && !tokens[nth].Is("current_timestamp"))
            {
                continue;
            }
            var hasCall = nth + 2 < tokens.Count && tokens[nth + 1].Is("(");
            if (hasCall && !tokens[nth + 2].Is(")"))
            {
                // current_date('zone')
                result.Append(text, done, tokens[nth].Start - done).Append($"date(@{Time}, ");
                done = tokens[nth + 1].End;
                continue;
            }
            result.Append(text, done, tokens[nth].Start - done).Append(isDate ? $"date(@{Time})" : $"@{Time}");
            done = hasCall ? tokens[nth + 2].End : tokens[nth].End;
        }
        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Script variables (their names begin with <c>op_</c>) and @@row_count become parameters.</summary>
    public static string WithParameters(string text) =>
        Rewrite(
            text,
            token =>
                token.Kind == SqlTokenKind.Word && token.Text.StartsWith("op_", StringComparison.Ordinal)
                    ? $"@{token.Text}"
                : token.Is("@@row_count") || token.Text == "@@row_count" ? $"@{RowCount}"
                : null
        );

    /// <summary>Names in backticks lose the dataset that is the default anyway.</summary>
    public static string WithoutDataset(string text, string dataset) =>
        Rewrite(
            text,
            token =>
                token.Kind == SqlTokenKind.Quoted && token.Text.StartsWith($"`{dataset}.", StringComparison.Ordinal)
                    ? token.Text[(dataset.Length + 2)..^1]
                    : null
        );

    /// <summary>Names of views become their queries, with the name as alias where none is given.</summary>
    public static string WithViews(string text, IReadOnlyDictionary<string, string> views)
    {
        var tokens = SqlToken.Read(text);
        var result = new StringBuilder();
        var done = 0;
        for (var nth = 1; nth < tokens.Count; nth++)
        {
            var name = tokens[nth].Text.Trim('`');
            if (
                views.TryGetValue(name, out var query)
                && (tokens[nth - 1].Is("from") || tokens[nth - 1].Is("join") || tokens[nth - 1].Is(","))
            )
            {
                var hasAlias =
                    nth + 1 < tokens.Count
                    && tokens[nth + 1].Kind == SqlTokenKind.Word
                    && !FollowsATable.Contains(tokens[nth + 1].Text.ToLowerInvariant());
                result
                    .Append(text, done, tokens[nth].Start - done)
                    .Append('(')
                    .Append(WithViews(query, views))
                    .Append(hasAlias ? ")" : $") as {name}");
                done = tokens[nth].End;
            }
        }
        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>The tables of those given that the text may read or change.</summary>
    public static IEnumerable<T> Named<T>(string text, IReadOnlyDictionary<string, T> tables) =>
        SqlToken
            .Read(text)
            .Where(token => token.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted)
            .Select(token => token.Text.Trim('`'))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Where(tables.ContainsKey)
            .Select(name => tables[name]);

    /// <summary>How often a name stands in the text.</summary>
    public static int Mentions(string text, string name) =>
        SqlToken
            .Read(text)
            .Count(token =>
                token.Kind is SqlTokenKind.Word or SqlTokenKind.Quoted
                && token.Text.Trim('`').Equals(name, StringComparison.OrdinalIgnoreCase)
            );

    private static readonly HashSet<string> FollowsATable =
    [
        "on",
        "where",
        "join",
        "left",
        "inner",
        "cross",
        "full",
        "right",
        "group",
        "order",
        "limit",
        "union",
        "qualify",
        "having",
        "using",
        "window",
    ];

    /// <summary>Puts another text in the place of tokens; null leaves one as it is.</summary>
    public static string Rewrite(string text, Func<SqlToken, string?> change)
    {
        var result = new StringBuilder();
        var done = 0;
        foreach (var token in SqlToken.Read(text))
        {
            if (change(token) is { } other)
            {
                result.Append(text, done, token.Start - done).Append(other);
                done = token.End;
            }
        }
        return result.Append(text, done, text.Length - done).ToString();
    }
}
