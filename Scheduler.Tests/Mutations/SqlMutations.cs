using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Mutations;

/// <summary>
/// The changes that can be made in the conditions of a script: a comparison moved by its border or turned round, one term of several
/// taken out, a limit lifted. What is compared where (<c>set a = b</c>, <c>on conflict</c>) is told by the words around it; the scripts
/// are lower-case and in one style.
/// </summary>
internal sealed class SqlMutations
{
    private static readonly Dictionary<string, string> Comparisons = new()
    {
        ["<"] = "<=",
        ["<="] = "<",
        [">"] = ">=",
        [">="] = ">",
        ["="] = "<>",
        ["<>"] = "=",
    };

    // What a condition cannot reach beyond, at its own depth.
    private static readonly HashSet<string> Ends =
    [
        ";",
        ",",
        "group",
        "order",
        "limit",
        "union",
        "join",
        "cross",
        "left",
        "from",
        "where",
        "having",
        "then",
        "set",
        "on",
        "do",
        "as",
        "desc",
        "returning",
        "else",
        "when",
    ];

    private readonly string concept;
    private readonly string statement;
    private readonly string text;
    private readonly List<SqlToken> tokens;
    private readonly List<SqlMutant> found = [];

    private SqlMutations(string concept, string statement, string text)
    {
        this.concept = concept;
        this.statement = statement;
        this.text = text;
        tokens = Joined(SqlToken.Read(text));
    }

    /// <summary>In the order of the text; no two are the same.</summary>
    public static IReadOnlyList<SqlMutant> Of(string concept, string statement, string text)
    {
        var mutations = new SqlMutations(concept, statement, text);
        mutations.MoveBorders();
        mutations.TakeOutTerms();
        mutations.LiftLimits();
        return
        [
            .. mutations.found.DistinctBy(it => (it.Start, it.Original.Length, it.Replacement)).OrderBy(it => it.Start),
        ];
    }

    private void MoveBorders()
    {
        for (var at = 0; at < tokens.Count; at++)
        {
            if (Comparisons.TryGetValue(tokens[at].Text, out var other) && !IsAssignment(at))
            {
                Add(at, at + 1, other);
            }
            else if (tokens[at].Is("is") && Word(at + 1) == "null")
            {
                Add(at, at + 1, "is not");
            }
            else if (tokens[at].Is("is") && Word(at + 1) == "not")
            {
                Add(at, at + 2, "is");
            }
            else if (tokens[at].Is("in") && Word(at + 1) == "(" && Word(at - 1) != "not")
            {
                Add(at, at + 1, "not in");
            }
        }
    }

    /// <summary>The first <c>=</c> behind the name of a column in <c>set</c>, where nothing but names can stand before it.</summary>
    private bool IsAssignment(int at)
    {
        if (tokens[at].Text != "=")
        {
            return false;
        }
        var before = at - 1;
        if (tokens[before].Is(")"))
        {
            before = Opening(before);
        }
        if (Word(before - 1) == "set")
        {
            return true;
        }
        if (Word(before - 1) != ",")
        {
            return false;
        }
        // A comma of a list: whose, says the word that began it at this depth.
        var depth = 0;
        for (var back = before - 1; back >= 0; back--)
        {
            if (tokens[back].Is(")"))
            {
                depth++;
            }
            else if (tokens[back].Is("(") && depth-- == 0)
            {
                return false;
            }
            else if (depth == 0 && Word(back) is "set" or "select" or "by" or "values" or ";")
            {
                return Word(back) == "set";
            }
        }
        return false;
    }

    private void TakeOutTerms()
    {
        for (var at = 0; at < tokens.Count; at++)
        {
            if (Word(at) is "where" or "having" or "when" || (Word(at) == "on" && Word(at + 1) != "conflict"))
            {
                TakeOutTerms(at + 1, isWhole: true);
            }
            else if (Word(at) is "(" or "select" || IsAssignment(at))
            {
                TakeOutTerms(at + 1, isWhole: false);
            }
        }
    }

    private void TakeOutTerms(int start, bool isWhole)
    {
        if (Word(start) is "select" or "with" or "values" or "true")
        {
            return;
        }
        List<List<(int From, int To)>> alternatives =
        [
            [],
        ];
        var (at, from, isBetween) = (start, start, false);
        for (; at < tokens.Count && !tokens[at].Is(")") && !Ends.Contains(tokens[at].Text); at++)
        {
            switch (tokens[at].Text)
            {
                case "(":
                    at = Closing(at);
                    break;
                case "case":
                    at = EndOfCase(at);
                    break;
                case "between":
                    isBetween = true;
                    break;
                case "and" when isBetween:
                    isBetween = false;
                    break;
                case "and" or "or":
                    alternatives[^1].Add((from, at));
                    if (tokens[at].Is("or"))
                    {
                        alternatives.Add([]);
                    }
                    from = at + 1;
                    break;
            }
        }
        alternatives[^1].Add((from, at));
        foreach (var terms in alternatives.Where(terms => terms.Count > 1))
        {
            terms.ForEach(term => Add(term.From, term.To, "true"));
        }
        if (alternatives.Count > 1)
        {
            alternatives.ForEach(terms => Add(terms[0].From, terms[^1].To, "false"));
        }
        else if (isWhole && alternatives[0].Count == 1)
        {
            Add(start, at, tokens[start - 1].Is("when") ? "false" : "true");
        }
    }

    private void LiftLimits()
    {
        for (var at = 0; at < tokens.Count; at++)
        {
            if (Word(at) == "limit")
            {
                Add(at + 1, Word(at + 1) == "(" ? Closing(at + 1) + 1 : at + 2, "-1");
            }
        }
    }

    private string Word(int at) => at >= 0 && at < tokens.Count ? tokens[at].Text : "";

    private int Closing(int opening)
    {
        var depth = 0;
        for (var at = opening; ; at++)
        {
            depth +=
                tokens[at].Is("(") ? 1
                : tokens[at].Is(")") ? -1
                : 0;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    private int Opening(int closing)
    {
        var depth = 0;
        for (var at = closing; ; at--)
        {
            depth +=
                tokens[at].Is(")") ? 1
                : tokens[at].Is("(") ? -1
                : 0;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    private int EndOfCase(int start)
    {
        var depth = 0;
        for (var at = start; ; at++)
        {
            depth +=
                tokens[at].Is("case") ? 1
                : tokens[at].Is("end") ? -1
                : 0;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    private void Add(int from, int to, string replacement)
    {
        var (start, end) = (tokens[from].Start, tokens[to - 1].End);
        var line = text.LastIndexOf('\n', start) + 1;
        var lineEnd = text.IndexOf('\n', end) is var found and >= 0 ? found : text.Length;
        this.found.Add(new(concept, statement, start, text[start..end], replacement, text[line..lineEnd]));
    }

    /// <summary>With the signs of several characters in one token.</summary>
    private static List<SqlToken> Joined(List<SqlToken> tokens)
    {
        var joined = new List<SqlToken>();
        foreach (var token in tokens)
        {
            if (
                joined.Count > 0
                && joined[^1] is { Kind: SqlTokenKind.Sign } last
                && token.Kind == SqlTokenKind.Sign
                && last.End == token.Start
                && (last.Text + token.Text) is "<=" or ">=" or "<>" or "->" or "->>" or "||"
            )
            {
                joined[^1] = new(last.Text + token.Text, last.Start, SqlTokenKind.Sign);
            }
            else
            {
                joined.Add(token);
            }
        }
        return joined;
    }
}
