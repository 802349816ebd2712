using System.Collections.Concurrent;
using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;
using Scheduler.Tests.Storage.BigQuery.GoogleSql.Wire;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>Executes one script: its statements one after the other, each by ZetaSQL's reference implementation over the rows held here.</summary>
internal sealed class ScriptRun
{
    private const int Insert = 1;
    private const int Delete = 2;

    /// <summary>Rows from which on a subquery is evaluated by itself: the reference implementation would do so for each of them.</summary>
    private const int ManyRows = 12;
    private const int MutationTries = 4;

    private static readonly ConcurrentDictionary<string, ValueProto> Defaults = new();

    private readonly ZetaSqlServer server;
    private readonly EmulatedDataset dataset;
    private readonly Dictionary<string, (TypeProto Type, ValueProto Value)> values = [];
    private readonly List<StatementUse> uses = [];

    private ImmutableDictionary<string, TableState> temporary = ImmutableDictionary<
        string,
        TableState
    >.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    private ImmutableDictionary<string, TableState>? begun;
    private ImmutableDictionary<string, TableState>? reached;
    private readonly HashSet<string> mutated = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> inserted = new(StringComparer.OrdinalIgnoreCase);
    private (IReadOnlyList<SqlColumn> Columns, IReadOnlyList<TableData.Types.Row> Rows) last = ([], []);

    private ScriptRun(ZetaSqlServer server, EmulatedDataset dataset)
    {
        this.server = server;
        this.dataset = dataset;
        values[GoogleSqlText.RowCount] = (SqlTypes.Int64, SqlValues.Of(0L));
    }

    /// <exception cref="SqlFailure">A statement failed; an open transaction was rolled back, nothing after it ran.</exception>
    public static async Task<QueryOutcome> ExecuteAsync(
        ZetaSqlServer server,
        EmulatedDataset dataset,
        string text,
        IEnumerable<(string Name, TypeProto Type, ValueProto Value)> parameters
    )
    {
        var run = new ScriptRun(server, dataset);
        foreach (var (name, type, value) in parameters)
        {
            run.values[name] = (type, value);
        }
        try
        {
            var statements = Script.Parse(GoogleSqlText.WithoutDataset(text, dataset.Name));
            await run.RunAsync(statements);
            return new QueryOutcome(run.last.Columns, run.last.Rows, run.uses, statements.Count > 1);
        }
        catch (SqlScriptException exception)
        {
            throw SqlFailure.Invalid(exception.Message);
        }
    }

    private ImmutableDictionary<string, TableState> Seen => reached ?? dataset.Tables;

    private async Task RunAsync(IEnumerable<ScriptStatement> statements)
    {
        foreach (var statement in statements)
        {
            await RunAsync(statement);
        }
    }

    private async Task RunAsync(ScriptStatement statement)
    {
        switch (statement.Kind)
        {
            case ScriptKind.Begin:
                begun = reached = dataset.Tables;
                break;
            case ScriptKind.Commit:
                await CommitAsync();
                break;
            case ScriptKind.Rollback:
                EndTransaction();
                break;
            case ScriptKind.Declare:
                var declared = statement.Type is null ? null : SqlTypes.Parse(statement.Type);
                values[statement.Names[0]] = statement.Expression is null
                    ? (declared!, declared!.TypeKind == SqlKind.Array ? new() { ArrayValue = new() } : new())
                    : await ValueAsync(statement, declared);
                break;
            case ScriptKind.Set:
                await SetAsync(statement);
                break;
            case ScriptKind.If:
                await RunAsync((await ValueAsync(statement, null)).Value.BoolValue ? statement.Then : statement.Else);
                break;
            case ScriptKind.Assert:
                if (!(await ValueAsync(statement, null)).Value.BoolValue)
                {
                    throw SqlFailure.Invalid("Assertion failed");
                }
                break;
            case ScriptKind.Select:
                last = await QueryAsync(statement.Text, "SELECT");
                break;
            case ScriptKind.CreateTempTable:
                var (columns, rows) = await QueryAsync(statement.Expression!, "CREATE_TABLE_AS_SELECT");
                temporary = temporary.SetItem(
                    statement.Target!,
                    new TableState(
                        new SqlTable(statement.Target!, columns),
                        [.. rows.Select(row => new StoredRow(EmulatedDataset.NextRowId(), [.. row.Cell]))],
                        0
                    )
                );
                break;
            case ScriptKind.CreateTable:
                dataset.Create(await new ScriptAnalyzer(server, Known()).TableAsync(statement));
                break;
            case ScriptKind.CreateView:
                // Analysed, so that a view over what is not there is refused here as there.
                await new ScriptAnalyzer(server, Known()).ColumnsAsync(
                    GoogleSqlText.WithViews(statement.Expression!, dataset.Views)
                );
                dataset.CreateView(statement.Target!, statement.Expression!);
                break;
            case ScriptKind.DropSchema:
                dataset.Clear();
                break;
            case ScriptKind.DropTable:
                dataset.Drop(statement.Target!);
                break;
            case ScriptKind.Insert or ScriptKind.Update or ScriptKind.Delete:
                await ChangeAsync(statement);
                break;
            default:
                throw SqlFailure.Invalid($"{statement.Kind} is not supported here");
        }
    }

    private Dictionary<string, SqlTable> Known() =>
        Seen.Concat(temporary)
            .GroupBy(table => table.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(table => table.Key, table => table.Last().Value.Table, StringComparer.OrdinalIgnoreCase);

    private async Task CommitAsync()
    {
        await (dataset.BeforeCommit?.Invoke() ?? Task.CompletedTask);
        var lost = dataset.TryCommit(begun!, reached!, mutated, inserted);
        EndTransaction();
        if (lost is not null)
        {
            throw SqlFailure.Invalid(
                $"Transaction is aborted due to concurrent update against table {dataset.Name}.{lost}."
            );
        }
    }

    private void EndTransaction()
    {
        begun = reached = null;
        mutated.Clear();
        inserted.Clear();
    }

    private async Task SetAsync(ScriptStatement statement)
    {
        var (type, value) = await ValueAsync(statement, null);
        if (statement.Names.Count == 1)
        {
            values[statement.Names[0]] = (values[statement.Names[0]].Type, value);
            return;
        }
        foreach (var (nth, name) in statement.Names.Index())
        {
            values[name] = (type.StructType.Field[nth].FieldType, value.StructValue?.Field[nth] ?? new ValueProto());
        }
    }

    private async Task<(TypeProto Type, ValueProto Value)> ValueAsync(ScriptStatement statement, TypeProto? type)
    {
        if (values.TryGetValue(statement.Expression!.TrimStart('@'), out var known))
        {
            return (type ?? known.Type, known.Value);
        }
        var (columns, rows) = await QueryAsync($"select ({statement.Expression})", "SELECT");
        return (type ?? columns[0].Type, rows[0].Cell[0]);
    }

    private async Task<(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<TableData.Types.Row> Rows)> QueryAsync(
        string text,
        string kind
    )
    {
        var statement = await PrepareAsync(text, kind);
        var request = new EvaluateQueryRequest
        {
            Sql = statement.Text,
            Options = statement.Options,
            SimpleCatalog = Catalog(statement.Tables, target: null),
        };
        AddContent(request.TableContent, statement.Tables);
        request.Params.AddRange(statement.Values);
        var answer = await AskAsync(() => server.EvaluateAsync(request), text);
        return (
            [.. answer.Prepared.Columns.Select(column => new SqlColumn(column.Name, column.Type))],
            answer.Content?.TableData?.Row ?? []
        );
    }

    private async Task ChangeAsync(ScriptStatement statement)
    {
        var isOwn = begun is null && !temporary.ContainsKey(statement.Target!);
        if (!temporary.ContainsKey(statement.Target!))
        {
            dataset.CountDml(statement.Target!);
        }
        if (!isOwn)
        {
            await ChangeOnceAsync(statement);
            return;
        }
        using var turn =
            statement.Kind == ScriptKind.Insert ? null : await dataset.EnterMutationAsync(statement.Target!);
        for (var tries = 1; ; tries++)
        {
            begun = reached = dataset.Tables;
            try
            {
                await ChangeOnceAsync(statement);
                await (dataset.BeforeCommit?.Invoke() ?? Task.CompletedTask);
                if (dataset.TryCommit(begun, reached, mutated, inserted) is null)
                {
                    return;
                }
            }
            finally
            {
                EndTransaction();
            }
            if (tries == MutationTries)
            {
                throw SqlFailure.Invalid(
                    $"Could not serialize access to table {dataset.Name}.{statement.Target} due to concurrent update"
                );
            }
        }
    }

    private async Task ChangeOnceAsync(ScriptStatement statement)
    {
        var target = statement.Target!;
        var isTemporary = temporary.TryGetValue(target, out var state);
        if (!isTemporary && !Seen.TryGetValue(target, out state))
        {
            throw new SqlFailure("notFound", $"Not found: Table {dataset.Name}.{target}");
        }
        if (statement.Kind == ScriptKind.Insert && dataset.FailingInserts.Contains(target))
        {
            throw SqlFailure.Invalid("made to fail");
        }
        var prepared = await PrepareAsync(statement.Text, statement.Kind.ToString().ToUpperInvariant());
        var request = new EvaluateModifyRequest
        {
            Sql = prepared.Text,
            Options = prepared.Options,
            SimpleCatalog = Catalog(prepared.Tables, statement.Kind == ScriptKind.Insert ? null : target),
        };
        // An insert need not see what is there already, unless its query reads it.
        var isUnread = statement.Kind == ScriptKind.Insert && GoogleSqlText.Mentions(prepared.Text, target) == 1;
        AddContent(
            request.TableContent,
            prepared.Tables.Select(table => isUnread && table == state ? TableState.Empty(table.Table) : table)
        );
        request.Params.AddRange(prepared.Values);
        var changes = (await AskAsync(() => server.EvaluateAsync(request), statement.Text)).Content;
        values[GoogleSqlText.RowCount] = (SqlTypes.Int64, SqlValues.Of((long)changes.Count));
        uses[^1] = uses[^1] with { Rows = changes.Count };
        if (changes.Count == 0)
        {
            return;
        }
        var after = state! with { Rows = await ApplyAsync(state, statement, changes) };
        if (isTemporary)
        {
            temporary = temporary.SetItem(target, after);
            return;
        }
        reached = reached!.SetItem(target, after);
        (statement.Kind == ScriptKind.Insert ? inserted : mutated).Add(target);
    }

    private async Task<IReadOnlyList<StoredRow>> ApplyAsync(
        TableState state,
        ScriptStatement statement,
        IEnumerable<EvaluateModifyResponse.Types.Row> changes
    )
    {
        var columns = state.Table.Columns;
        var defaults = new Dictionary<int, ValueProto>();
        if (statement.Kind == ScriptKind.Insert && statement.Columns.Count > 0)
        {
            foreach (var (nth, column) in columns.Index())
            {
                if (
                    column.Default is { } expression
                    && !statement.Columns.Contains(column.Name, StringComparer.OrdinalIgnoreCase)
                )
                {
                    defaults[nth] = await DefaultAsync(expression);
                }
            }
        }
        var rows = state.Rows.ToDictionary(row => row.Id);
        foreach (var change in changes)
        {
            if (change.Operation == Delete)
            {
                rows.Remove(change.OldPrimaryKey[0].Int64Value);
                continue;
            }
            var cells = new ValueProto[columns.Count];
            foreach (var (nth, column) in columns.Index())
            {
                var cell = defaults.GetValueOrDefault(nth) ?? change.Cell[nth];
                if (column.Type.TypeKind == SqlKind.Array && SqlValues.IsNull(cell))
                {
                    cell = new ValueProto { ArrayValue = new() };
                }
                if (column.IsRequired && SqlValues.IsNull(cell))
                {
                    throw SqlFailure.Invalid($"Required field {column.Name} cannot be null");
                }
                cells[nth] = cell;
            }
            var id = change.Operation == Insert ? EmulatedDataset.NextRowId() : change.OldPrimaryKey[0].Int64Value;
            rows[id] = new StoredRow(id, cells);
        }
        return [.. rows.Values.OrderBy(row => row.Id)];
    }

    private async Task<ValueProto> DefaultAsync(string expression)
    {
        if (Defaults.TryGetValue(expression, out var known))
        {
            return known;
        }
        var answer = await QueryAsync($"select {expression}", "DEFAULT");
        var value = answer.Rows[0].Cell[0];
        // Without a call it is the same every time.
        if (!expression.Contains('(', StringComparison.Ordinal))
        {
            Defaults[expression] = value;
        }
        return value;
    }

    private async Task<Prepared> PrepareAsync(string text, string kind)
    {
        var sent = GoogleSqlText.WithParameters(GoogleSqlText.WithViews(text, dataset.Views));
        var states = Seen.SetItems(temporary);
        var tables = GoogleSqlText.Named(sent, states).ToList();
        if (kind != "DEFAULT" && tables.Count > 0)
        {
            uses.Add(new StatementUse(kind, tables.Count, 0));
        }
        var options = server.Options.Clone();
        var given = new List<Parameter>();
        foreach (var (name, (type, value)) in values)
        {
            if (sent.Contains($"@{name}", StringComparison.OrdinalIgnoreCase))
            {
                options.QueryParameters.Add(new QueryParameterProto { Name = name, Type = type });
                given.Add(new Parameter { Name = name, Value = value });
            }
        }
        if (tables.Any(table => table.Rows.Count >= ManyRows))
        {
            sent = await new Subqueries(server, options, given, Catalog(tables, null), ContentOf(tables)).LiftAsync(
                sent
            );
        }
        return new Prepared(sent, options, given, tables);
    }

    private SimpleCatalogProto Catalog(IEnumerable<TableState> tables, string? target)
    {
        var catalog = new SimpleCatalogProto
        {
            Name = "catalog",
            BuiltinFunctionOptions = new BuiltinFunctionOptionsProto { LanguageOptions = server.Language },
        };
        catalog.Table.AddRange(
            tables.Select(state =>
                state.Table.ToProto(state.Table.Name.Equals(target, StringComparison.OrdinalIgnoreCase))
            )
        );
        return catalog;
    }

    private static Dictionary<string, ByteString> ContentOf(IEnumerable<TableState> tables)
    {
        var content = new Dictionary<string, ByteString>();
        AddContent(content, tables);
        return content;
    }

    private static void AddContent(IDictionary<string, ByteString> content, IEnumerable<TableState> tables)
    {
        foreach (var state in tables)
        {
            content[state.Table.Name] = state.Content();
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, string text)
    {
        try
        {
            return await ask();
        }
        catch (RpcException exception)
        {
            const string NoTable = "Table not found: ";
            if (exception.Status.Detail.Contains(NoTable, StringComparison.Ordinal))
            {
                var missing = exception.Status.Detail.Split(NoTable)[1].Split(' ', ';')[0];
                throw new SqlFailure("notFound", $"Not found: Table {missing}");
            }
            var message = $"{exception.Status.Detail} in: {text}";
            Console.Error.WriteLine(message);
            throw SqlFailure.Invalid(message);
        }
    }

    private sealed record Prepared(
        string Text,
        AnalyzerOptionsProto Options,
        IReadOnlyList<Parameter> Values,
        IReadOnlyList<TableState> Tables
    );
}
