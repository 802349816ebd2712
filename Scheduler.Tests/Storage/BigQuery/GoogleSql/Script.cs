namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>Takes a script apart: the part of BigQuery's procedural language that the product uses.</summary>
internal sealed class Script
{
    private readonly string text;
    private readonly List<SqlToken> tokens;
    private int at;

    private Script(string text)
    {
        this.text = text;
        tokens = SqlToken.Read(text);
    }

    /// <exception cref="SqlScriptException">The script has what is not supported here.</exception>
    public static IReadOnlyList<ScriptStatement> Parse(string text)
    {
        var script = new Script(text);
        var statements = script.Statements();
        return script.at == script.tokens.Count
            ? statements
            : throw new SqlScriptException($"Unexpected '{script.Token.Text}'", script.Token.Start);
    }

    private SqlToken Token => at < tokens.Count ? tokens[at] : new SqlToken("", text.Length, SqlTokenKind.Sign);

    private bool IsAt(params string[] words) =>
        words.Select((word, nth) => at + nth < tokens.Count && tokens[at + nth].Is(word)).All(found => found);

    private List<ScriptStatement> Statements()
    {
        var statements = new List<ScriptStatement>();
        while (at < tokens.Count && !IsAt("end") && !IsAt("else"))
        {
            statements.Add(Statement());
        }
        return statements;
    }

    private ScriptStatement Statement()
    {
        if (IsAt("if"))
        {
            return If();
        }
        // BEGIN alone begins a transaction.
        if (IsAt("begin") && !IsAt("begin", "transaction") && !IsAt("begin", ";"))
        {
            return Block();
        }
        var first = at;
        var depth = 0;
        for (; at < tokens.Count && !(depth == 0 && Token.Is(";")); at++)
        {
            depth +=
                Token.Is("(") ? 1
                : Token.Is(")") ? -1
                : 0;
        }
        var last = at;
        if (IsAt(";"))
        {
            at++;
        }
        if (first == last)
        {
            throw new SqlScriptException("An empty statement", Token.Start);
        }
        return Read(first, last);
    }

    private ScriptStatement Block()
    {
        var start = Token.Start;
        at++;
        var statements = Statements();
        if (!IsAt("end") || IsAt("end", "if"))
        {
            throw new SqlScriptException("BEGIN without END", start);
        }
        var end = Token.End;
        at++;
        if (IsAt(";"))
        {
            at++;
        }
        return new ScriptStatement(ScriptKind.Block, text[start..end], start) { Then = statements };
    }

    private ScriptStatement If()
    {
        var start = Token.Start;
        at++;
        var condition = at;
        var depth = 0;
        for (; !(depth == 0 && IsAt("then")); at++)
        {
            if (at >= tokens.Count)
            {
                throw new SqlScriptException("IF without THEN", start);
            }
            depth +=
                Token.Is("(") ? 1
                : Token.Is(")") ? -1
                : 0;
        }
        var (from, to) = (tokens[condition].Start, tokens[at - 1].End);
        at++;
        var then = Statements();
        List<ScriptStatement> other = [];
        if (IsAt("else"))
        {
            at++;
            other = Statements();
        }
        if (!IsAt("end", "if"))
        {
            throw new SqlScriptException("IF without END IF", start);
        }
        at += 2;
        if (IsAt(";"))
        {
            at++;
        }
        return new ScriptStatement(ScriptKind.If, text[from..to], start)
        {
            Expression = text[from..to],
            ExpressionStart = from,
            Then = then,
            Else = other,
        };
    }

    private ScriptStatement Read(int first, int last)
    {
        var own = tokens[first..last];
        var start = own[0].Start;
        var body = text[start..own[^1].End];
        ScriptStatement Plain(ScriptKind kind) => new(kind, body, start);
        bool Begins(params string[] words) =>
            words.Length <= own.Count && words.Select((word, nth) => own[nth].Is(word)).All(found => found);
        int Find(params string[] words) =>
            Enumerable.Range(0, own.Count).FirstOrDefault(nth => words.Any(word => own[nth].Is(word)), -1);
        ScriptStatement With(ScriptStatement statement, int from) =>
            statement with
            {
                Expression = text[own[from].Start..own[^1].End],
                ExpressionStart = own[from].Start,
            };

        if (Begins("select") || Begins("with") || Begins("("))
        {
            return Plain(ScriptKind.Select);
        }
        if (Begins("insert"))
        {
            var target = Begins("insert", "into") ? 2 : 1;
            var columns = new List<string>();
            if (own[target + 1].Is("("))
            {
                for (var nth = target + 2; !own[nth].Is(")"); nth++)
                {
                    if (!own[nth].Is(","))
                    {
                        columns.Add(own[nth].Text);
                    }
                }
            }
            return Plain(ScriptKind.Insert) with { Target = Name(own[target]), Columns = columns };
        }
        if (Begins("update"))
        {
            return Plain(ScriptKind.Update) with { Target = Name(own[1]) };
        }
        if (Begins("delete"))
        {
            return Plain(ScriptKind.Delete) with { Target = Name(own[Begins("delete", "from") ? 2 : 1]) };
        }
        if (Begins("create", "temp", "table"))
        {
            return With(Plain(ScriptKind.CreateTempTable) with { Target = Name(own[3]) }, Find("as") + 1);
        }
        if (Begins("create", "table"))
        {
            return Plain(ScriptKind.CreateTable) with { Target = Name(own[Begins("create", "table", "if") ? 5 : 2]) };
        }
        if (Begins("alter", "table"))
        {
            var name = Begins("alter", "table", "if", "exists") ? 4 : 2;
            return Plain(ScriptKind.AlterTable) with { Target = Name(own[name]), Added = Added(own[(name + 1)..]) };
        }
        if (Begins("create", "or", "replace", "view"))
        {
            return With(Plain(ScriptKind.CreateView) with { Target = Name(own[4]) }, Find("as") + 1);
        }
        if (Begins("create", "schema"))
        {
            return Plain(ScriptKind.CreateSchema) with { Target = Name(own[Begins("create", "schema", "if") ? 5 : 2]) };
        }
        if (Begins("drop", "table") || Begins("drop", "view"))
        {
            return Plain(ScriptKind.DropTable) with { Target = Name(own[own[2].Is("if") ? 4 : 2]) };
        }
        if (Begins("drop", "schema"))
        {
            return Plain(ScriptKind.DropSchema) with { Target = Name(own[own[2].Is("if") ? 4 : 2]) };
        }
        if (Begins("declare"))
        {
            var value = Find("default");
            var typeEnd = value < 0 ? own.Count : value;
            var statement = Plain(ScriptKind.Declare) with
            {
                Names = [own[1].Text],
                Type = typeEnd == 2 ? null : text[own[2].Start..own[typeEnd - 1].End],
            };
            return value < 0 ? statement : With(statement, value + 1);
        }
        if (Begins("set"))
        {
            var equals = Find("=");
            return With(
                Plain(ScriptKind.Set) with
                {
                    Names =
                    [
                        .. own[1..equals].Where(token => token.Kind == SqlTokenKind.Word).Select(token => token.Text),
                    ],
                },
                equals + 1
            );
        }
        if (Begins("assert"))
        {
            return With(Plain(ScriptKind.Assert), 1);
        }
        return Begins("begin", "transaction") ? Plain(ScriptKind.Begin)
            : Begins("commit", "transaction") ? Plain(ScriptKind.Commit)
            : Begins("rollback", "transaction") ? Plain(ScriptKind.Rollback)
            : throw new SqlScriptException($"'{own[0].Text}' begins no statement that is supported here", start);
    }

    /// <summary>ADD COLUMN [IF NOT EXISTS] …, one or more.</summary>
    private List<(string Definition, bool IfNotExists)> Added(List<SqlToken> actions)
    {
        var added = new List<(string, bool)>();
        for (var first = 0; first < actions.Count; )
        {
            var (last, depth) = (first, 0);
            for (; last < actions.Count && !(depth == 0 && actions[last].Is(",")); last++)
            {
                depth +=
                    actions[last].Is("(") || actions[last].Is("<") ? 1
                    : actions[last].Is(")") || actions[last].Is(">") ? -1
                    : 0;
            }
            var action = actions[first..last];
            bool Follows(int from, params string[] words) =>
                action.Count > from + words.Length
                && words.Select((word, nth) => action[from + nth].Is(word)).All(found => found);
            if (!Follows(0, "add", "column"))
            {
                throw new SqlScriptException("Only ADD COLUMN is supported here", actions[first].Start);
            }
            var ifNotExists = Follows(2, "if", "not", "exists");
            var from = action[ifNotExists ? 5 : 2].Start;
            added.Add((text[from..action[^1].End], ifNotExists));
            first = last + 1;
        }
        return added;
    }

    private static string Name(SqlToken token) => token.Text.Trim('`');
}
