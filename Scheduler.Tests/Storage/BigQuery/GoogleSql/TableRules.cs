namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>Rules of BigQuery about tables and changes that GoogleSQL's analyser does not know: it accepts what BigQuery refuses.</summary>
internal static class TableRules
{
    private const int MostClusterColumns = 4;

    private static readonly string[] KnownOptions =
    [
        "description",
        "labels",
        "partition_expiration_days",
        "friendly_name",
    ];

    private static readonly string[] Granularities = ["hour", "day", "month", "year"];

    /// <summary>What BigQuery has against a CREATE TABLE.</summary>
    /// <param name="create">The statement.</param>
    /// <param name="table">Its columns.</param>
    public static IEnumerable<string> Faults(string create, SqlTable table)
    {
        var tokens = SqlToken.Read(create);
        var partition = Clause(tokens, "partition", "by");
        if (partition is { Count: > 0 } && PartitionOf(partition, table) is null)
        {
            yield return $"cannot partition by '{string.Concat(partition.Select(token => token.Text))}': no day, hour, month or year";
        }
        if (Clause(tokens, "cluster", "by") is { Count: > 0 } cluster)
        {
            var names = Names(cluster);
            if (
                names.Count > MostClusterColumns
                || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() < names.Count
                || names.Any(name => table.Find(name) is not { Type: var type } || !MayCluster(type))
            )
            {
                yield return $"cannot cluster by {string.Join(", ", names)}";
            }
        }
        if (Clause(tokens, "options", "(") is { } options)
        {
            for (var nth = 0; nth + 1 < options.Count; nth++)
            {
                if (options[nth + 1].Is("=") && !KnownOptions.Contains(options[nth].Text))
                {
                    yield return $"no option {options[nth].Text}";
                }
                if (options[nth].Is("partition_expiration_days") && partition is null)
                {
                    yield return $"option {options[nth].Text} is for a table with partitions";
                }
            }
        }
        foreach (
            var column in table.Columns.Where(column => column.Type.TypeKind == SqlKind.Array && column.IsRequired)
        )
        {
            yield return $"array {column.Name} cannot be NOT NULL";
        }
        if (
            table.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).Any(same => same.Count() > 1)
        )
        {
            yield return "two columns have the same name";
        }
    }

    /// <summary>What BigQuery has against a column that is added to a table; null for nothing.</summary>
    public static string? FaultOfAdded(SqlColumn column) =>
        column.IsRequired ? $"Cannot add required fields to an existing schema: {column.Name}"
        : column.Default is not null ? $"{column.Name}: ADD COLUMN takes no DEFAULT; ALTER COLUMN sets one"
        : null;

    /// <summary>What BigQuery has against a DML statement; null for nothing.</summary>
    public static string? FaultOfChange(string text)
    {
        var tokens = SqlToken.Read(text);
        return Enumerable
            .Range(0, Math.Max(0, tokens.Count - 1))
            .Any(nth => tokens[nth].Is("then") && tokens[nth + 1].Is("return"))
            ? "THEN RETURN is not supported"
            : null;
    }

    /// <summary>The table with what the statement says of its partitions, clusters and purpose.</summary>
    public static SqlTable Arranged(string create, SqlTable table)
    {
        var tokens = SqlToken.Read(create);
        var options = Clause(tokens, "options", "(") ?? [];
        var description = options.FindIndex(token => token.Is("description"));
        return table with
        {
            Partition = Clause(tokens, "partition", "by") is { } partition ? PartitionOf(partition, table) : null,
            Cluster = Clause(tokens, "cluster", "by") is { } cluster ? Names(cluster) : [],
            Description = description < 0 ? null : options[description + 2].Text[1..^1],
        };
    }

    public static bool MayCluster(Wire.TypeProto type) =>
        type.TypeKind
            is SqlKind.Text
                or SqlKind.Int64
                or SqlKind.Bool
                or SqlKind.Date
                or SqlKind.Timestamp
                or SqlKind.Numeric
                or SqlKind.BigNumeric;

    /// <summary>As <c>DAY column</c>; null for what BigQuery does not partition by.</summary>
    private static string? PartitionOf(IReadOnlyList<SqlToken> clause, SqlTable table)
    {
        bool Is(string column, int kind) => table.Find(column) is { Type: var type } && type.TypeKind == kind;
        switch (clause)
        {
            case [var column] when Is(column.Text, SqlKind.Date):
                return $"DAY {column.Text}";
            case [var date, _, var column, _] when date.Is("date") && Is(column.Text, SqlKind.Timestamp):
                return $"DAY {column.Text}";
            case [var trunc, _, var column, _, var part, _]
                when (trunc.Is("timestamp_trunc") && Is(column.Text, SqlKind.Timestamp))
                    || (trunc.Is("date_trunc") && Is(column.Text, SqlKind.Date) && !part.Is("hour")):
                return Granularities.Contains(part.Text.ToLowerInvariant())
                    ? $"{part.Text.ToUpperInvariant()} {column.Text}"
                    : null;
            default:
                return null;
        }
    }

    private static List<string> Names(IEnumerable<SqlToken> clause) =>
        [.. clause.Where(token => !token.Is(",")).Select(token => token.Text.Trim('`'))];

    /// <summary>What follows the words, up to where the next clause begins.</summary>
    private static List<SqlToken>? Clause(List<SqlToken> tokens, string first, string second)
    {
        var depth = 0;
        for (var nth = 0; nth + 1 < tokens.Count; nth++)
        {
            if (depth == 0 && tokens[nth].Is(first) && tokens[nth + 1].Is(second))
            {
                return
                [
                    .. tokens[(nth + 2)..]
                        .TakeWhile(token =>
                            !token.Is("partition") && !token.Is("cluster") && !token.Is("options") && !token.Is(";")
                        ),
                ];
            }
            depth +=
                tokens[nth].Is("(") ? 1
                : tokens[nth].Is(")") ? -1
                : 0;
        }
        return null;
    }
}
