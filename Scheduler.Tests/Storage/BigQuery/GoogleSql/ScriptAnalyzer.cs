using System.Text.RegularExpressions;
using Grpc.Core;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.GoogleSql;

/// <summary>Has every statement of a script analysed, in order: variables and temporary tables are known from where they begin.</summary>
internal sealed partial class ScriptAnalyzer(ZetaSqlServer server, IReadOnlyDictionary<string, SqlTable> tables)
{
    private readonly Dictionary<string, SqlTable> known = new(tables, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TypeProto> variables = [];

    /// <exception cref="SqlScriptException">The first fault, with its place in the script.</exception>
    public async Task AnalyzeAsync(string script, IReadOnlyDictionary<string, TypeProto> parameters)
    {
        foreach (var (name, type) in parameters)
        {
            variables[name] = type;
        }
        variables[GoogleSqlText.RowCount] = SqlTypes.Int64;
        await AnalyzeAsync(Script.Parse(script));
    }

    /// <summary>The columns of a query.</summary>
    public async Task<IReadOnlyList<SqlColumn>> ColumnsAsync(string query, int start = 0)
    {
        var answer = await AskAsync(query, start);
        return
        [
            .. answer.ResolvedQueryStmtNode.OutputColumnList.Select(column => new SqlColumn(
                column.Name,
                column.Column.Type
            )),
        ];
    }

    /// <summary>The table after ALTER TABLE: what was there, and what is new behind it.</summary>
    /// <exception cref="SqlScriptException">The column is there already, or BigQuery does not add one like that.</exception>
    public async Task<SqlTable> AlteredAsync(ScriptStatement alter, SqlTable table)
    {
        await AskAsync(alter.Text, alter.Start);
        foreach (var (definition, ifNotExists) in alter.Added)
        {
            var made = await TableAsync(
                new ScriptStatement(ScriptKind.CreateTable, $"create table added ({definition})", alter.Start)
                {
                    Target = table.Name,
                }
            );
            var column = made.Columns.Single();
            if (table.Find(column.Name) is not null)
            {
                if (!ifNotExists)
                {
                    throw new SqlScriptException($"Column already exists: {column.Name}", alter.Start);
                }
                continue;
            }
            if (TableRules.FaultOfAdded(column) is { } fault)
            {
                throw new SqlScriptException(fault, alter.Start);
            }
            table = table with { Columns = [.. table.Columns, column] };
        }
        return table;
    }

    /// <summary>The table that CREATE TABLE makes.</summary>
    public async Task<SqlTable> TableAsync(ScriptStatement create)
    {
        var answer = await AskAsync(create.Text, create.Start);
        var table = answer
            .ResolvedCreateStatementNode
            .ResolvedCreateTableStmtBaseNode
            .ResolvedCreateTableStmtNode
            .Parent;
        return TableRules.Arranged(
            create.Text,
            new SqlTable(
                create.Target!,
                [
                    .. table.ColumnDefinitionList.Select(column => new SqlColumn(
                        column.Name,
                        column.Type,
                        column.Annotations?.NotNull ?? false,
                        column.DefaultValue?.Sql
                    )),
                ]
            )
        );
    }

    private async Task AnalyzeAsync(IEnumerable<ScriptStatement> statements)
    {
        foreach (var statement in statements)
        {
            switch (statement.Kind)
            {
                case ScriptKind.Begin or ScriptKind.Commit or ScriptKind.Rollback:
                    break;
                case ScriptKind.Declare:
                    variables[statement.Names[0]] = await DeclaredAsync(statement);
                    break;
                case ScriptKind.Set:
                    await AssignAsync(statement);
                    break;
                case ScriptKind.If:
                    Expect(SqlKind.Bool, await TypeAsync(statement), statement);
                    await AnalyzeAsync(statement.Then);
                    await AnalyzeAsync(statement.Else);
                    break;
                case ScriptKind.Block:
                    await AnalyzeAsync(statement.Then);
                    break;
                case ScriptKind.Assert:
                    await AskAsync(statement.Text, statement.Start);
                    break;
                case ScriptKind.CreateTempTable:
                    known[statement.Target!] = new SqlTable(
                        statement.Target!,
                        await ColumnsAsync(statement.Expression!, statement.ExpressionStart)
                    );
                    break;
                default:
                    await AskAsync(statement.Text, statement.Start);
                    break;
            }
        }
    }

    private async Task<TypeProto> DeclaredAsync(ScriptStatement statement)
    {
        var value = statement.Expression is null ? null : await TypeAsync(statement);
        return statement.Type is null ? value! : SqlTypes.Parse(statement.Type);
    }

    private async Task AssignAsync(ScriptStatement statement)
    {
        var type = await TypeAsync(statement);
        IReadOnlyList<TypeProto> parts =
            statement.Names.Count == 1 ? [type] : [.. type.StructType.Field.Select(field => field.FieldType)];
        foreach (var (name, part) in statement.Names.Zip(parts))
        {
            if (!variables.TryGetValue(name, out var declared) || SqlTypes.Name(declared) != SqlTypes.Name(part))
            {
                throw new SqlScriptException(
                    $"{name} is {(declared is null ? "not declared" : SqlTypes.Name(declared))}, and set to {SqlTypes.Name(part)}",
                    statement.Start
                );
            }
        }
    }

    private async Task<TypeProto> TypeAsync(ScriptStatement statement)
    {
        const string Before = "select (";
        var columns = await ColumnsAsync($"{Before}{statement.Expression})", statement.ExpressionStart - Before.Length);
        return columns[0].Type;
    }

    private static void Expect(int kind, TypeProto type, ScriptStatement statement)
    {
        if (type.TypeKind != kind)
        {
            throw new SqlScriptException($"A condition is BOOL, not {SqlTypes.Name(type)}", statement.ExpressionStart);
        }
    }

    private async Task<ResolvedStatement> AskAsync(string text, int start)
    {
        var options = server.Options.Clone();
        options.QueryParameters.AddRange(
            variables.Select(variable => new QueryParameterProto { Name = variable.Key, Type = variable.Value })
        );
        var catalog = new SimpleCatalogProto
        {
            Name = "catalog",
            BuiltinFunctionOptions = new BuiltinFunctionOptionsProto { LanguageOptions = server.Language },
        };
        if (TableRules.FaultOfChange(text) is { } fault)
        {
            throw new SqlScriptException(fault, start);
        }
        var sent = GoogleSqlText.WithParameters(text);
        catalog.Table.AddRange(GoogleSqlText.Named(sent, known).Select(table => table.ToProto()));
        try
        {
            var answer = await server.AnalyzeAsync(
                new AnalyzeRequest
                {
                    Options = options,
                    SimpleCatalog = catalog,
                    SqlStatement = sent,
                }
            );
            return answer.ResolvedStatement;
        }
        catch (RpcException exception) when (exception.StatusCode != StatusCode.Unavailable)
        {
            throw new SqlScriptException(exception.Status.Detail, start + PlaceOf(exception.Status.Detail, sent));
        }
    }

    /// <summary>Where in the text an error points to; the @ that variables got are taken off again.</summary>
    private static int PlaceOf(string error, string sent)
    {
        var found = Place().Match(error);
        if (!found.Success)
        {
            return 0;
        }
        var lines = sent.Split('\n');
        var line = int.Parse(found.Groups[1].ValueSpan, null) - 1;
        var offset = lines.Take(line).Sum(before => before.Length + 1) + int.Parse(found.Groups[2].ValueSpan, null) - 1;
        var added = Variable().Count(sent[..Math.Min(offset + 1, sent.Length)]);
        return Math.Max(0, offset - added);
    }

    [GeneratedRegex(@"\[at (\d+):(\d+)\]")]
    private static partial Regex Place();

    [GeneratedRegex("@op_")]
    private static partial Regex Variable();
}
