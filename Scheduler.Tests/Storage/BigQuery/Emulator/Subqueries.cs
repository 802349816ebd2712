using Google.Protobuf;
using Grpc.Core;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>
/// Evaluates subqueries that stand for themselves once, and puts their value in their place: the reference implementation evaluates them
/// for every row. One whose text cannot be evaluated alone depends on what is around it and stays.
/// </summary>
internal sealed class Subqueries(
    ZetaSqlServer server,
    AnalyzerOptionsProto options,
    List<Parameter> given,
    SimpleCatalogProto catalog,
    IReadOnlyDictionary<string, ByteString> content
)
{
    private static readonly string[] Sources = ["from", "join", "as", ",", "array", "all", "distinct", "(", "select"];

    public async Task<string> LiftAsync(string text)
    {
        for (var from = 0; ; )
        {
            var tokens = SqlToken.Read(text);
            var open = Next(tokens, from);
            if (open < 0)
            {
                return text;
            }
            var close = Closing(tokens, open);
            from = open + 1;
            var inner = text[tokens[open].End..tokens[close].Start];
            var isIn = tokens[open - 1].Is("in");
            var isExists = tokens[open - 1].Is("exists");
            if (
                NamesCommonTable(tokens, open, close)
                || await EvaluateAsync(isExists ? $"select exists({inner})" : inner) is not { } found
                || found.Prepared.Columns.Count != 1
            )
            {
                continue;
            }
            var rows = found.Content?.TableData?.Row ?? [];
            if (!isIn && rows.Count > 1)
            {
                continue;
            }
            var type = found.Prepared.Columns[0].Type;
            var name = $"lifted_{options.QueryParameters.Count}";
            var value = rows.Count == 0 ? new ValueProto() : rows[0].Cell[0];
            if (isIn)
            {
                var array = new ValueProto.Types.Array();
                array.Element.AddRange(rows.Select(row => row.Cell[0]));
                (type, value) = (SqlTypes.ArrayOf(type), new ValueProto { ArrayValue = array });
            }
            options.QueryParameters.Add(new QueryParameterProto { Name = name, Type = type });
            given.Add(new Parameter { Name = name, Value = value });
            var start = isExists ? tokens[open - 1].Start : tokens[open].Start;
            text = text[..start] + (isIn ? $"unnest(@{name})" : $"(@{name})") + text[tokens[close].End..];
        }
    }

    /// <summary>The next parenthesis with a query in it that is a value, not a source of rows.</summary>
    private static int Next(List<SqlToken> tokens, int from)
    {
        for (var nth = Math.Max(1, from); nth + 1 < tokens.Count; nth++)
        {
            if (
                tokens[nth].Is("(")
                && (tokens[nth + 1].Is("select") || tokens[nth + 1].Is("with"))
                && !Sources.Any(word => tokens[nth - 1].Is(word))
                && tokens[nth - 1].Kind != SqlTokenKind.Quoted
            )
            {
                return nth;
            }
        }
        return -1;
    }

    private static int Closing(List<SqlToken> tokens, int open)
    {
        var depth = 0;
        for (var nth = open; ; nth++)
        {
            depth +=
                tokens[nth].Is("(") ? 1
                : tokens[nth].Is(")") ? -1
                : 0;
            if (depth == 0)
            {
                return nth;
            }
        }
    }

    /// <summary>Whether it reads a common table expression of what is around it, which may bear the name of a table.</summary>
    private static bool NamesCommonTable(List<SqlToken> tokens, int open, int close)
    {
        var names = Enumerable
            .Range(0, Math.Max(0, tokens.Count - 2))
            .Where(nth => (nth < open || nth > close) && tokens[nth + 1].Is("as") && tokens[nth + 2].Is("("))
            .Select(nth => tokens[nth].Text)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return tokens[(open + 1)..close].Any(token => names.Contains(token.Text));
    }

    private async Task<EvaluateQueryResponse?> EvaluateAsync(string query)
    {
        var request = new EvaluateQueryRequest
        {
            Sql = query,
            Options = options,
            SimpleCatalog = catalog,
        };
        foreach (var (name, table) in content)
        {
            request.TableContent.Add(name, table);
        }
        request.Params.AddRange(given);
        try
        {
            return await server.EvaluateAsync(request);
        }
        catch (RpcException)
        {
            return null;
        }
    }
}
