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
    private readonly ScriptSettings settings;

    private ImmutableDictionary<string, TableState> temporary = ImmutableDictionary<
        string,
        TableState
    >.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    private ImmutableDictionary<string, TableState>? begun;
    private ImmutableDictionary<string, TableState>? reached;
    private readonly HashSet<string> mutated = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> inserted = new(StringComparer.OrdinalIgnoreCase);
    private (IReadOnlyList<SqlColumn> Columns, IReadOnlyList<TableData.Types.Row> Rows) last = ([], []);

    /// <summary>What CURRENT_TIMESTAMP tells in this statement; in a transaction it is the time of its beginning throughout.</summary>
    private DateTimeOffset now;

    private ScriptRun(ZetaSqlServer server, EmulatedDataset dataset, ScriptSettings settings)
    {
        this.server = server;
        this.dataset = dataset;
        this.settings = settings;
        values[GoogleSqlText.RowCount] = (SqlTypes.Int64, SqlValues.Of(0L));
    }

    /// <exception cref="SqlFailure">A statement failed; an open transaction was rolled back, nothing after it ran.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; likewise.</exception>
    public static async Task<QueryOutcome> ExecuteAsync(
        ZetaSqlServer server,
        EmulatedDataset dataset,
        string text,
        IEnumerable<(string Name, TypeProto Type, ValueProto Value)> parameters,
        ScriptSettings? settings = null
    )
    {
        var run = new ScriptRun(server, dataset, settings ?? new ScriptSettings());
        foreach (var (name, type, value) in parameters)
        {
            run.values[name] = (type, value);
        }
        try
        {
            var statements = Script.Parse(GoogleSqlText.WithoutDataset(text, dataset.Name));
            await run.RunAsync(statements);
            return new QueryOutcome(run.last.Columns, run.last.Rows, [.. run.settings.Uses], statements.Count > 1);
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
        settings.Stop.ThrowIfCancellationRequested();
        if (begun is null)
        {
            now = settings.Time.GetUtcNow();
        }
        else if (IsPermanentDdl(statement.Kind))
        {
            throw SqlFailure.Invalid($"{statement.Kind} on a permanent object is not supported in a transaction");
        }
        switch (statement.Kind)
        {
            case ScriptKind.Begin:
                if (begun is not null)
                {
                    throw SqlFailure.Invalid("Transactions cannot be nested");
                }
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
            case ScriptKind.Block:
                var outside = values.Keys.ToHashSet(StringComparer.Ordinal);
                await RunAsync(statement.Then);
                foreach (var name in values.Keys.Where(name => !outside.Contains(name)).ToList())
                {
                    values.Remove(name);
                }
                break;
            case ScriptKind.Assert:
                if (!(await ValueAsync(statement, null)).Value.BoolValue)
                {
                    throw SqlFailure.Invalid("Assertion failed");
                }
                break;
            case ScriptKind.Select:
                last = await QueryAsync(statement.Text, "SELECT", isCounted: true);
                break;
            case ScriptKind.CreateTempTable:
                var (columns, rows) = await QueryAsync(
                    statement.Expression!,
                    "CREATE_TABLE_AS_SELECT",
                    isCounted: true
                );
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
                dataset.Create(await NewTableAsync(statement));
                break;
            case ScriptKind.AlterTable:
                await AlterAsync(statement);
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

    private static bool IsPermanentDdl(ScriptKind kind) =>
        kind
            is ScriptKind.CreateTable
                or ScriptKind.AlterTable
                or ScriptKind.CreateView
                or ScriptKind.CreateSchema
                or ScriptKind.DropTable
                or ScriptKind.DropSchema;

    private async Task<SqlTable> NewTableAsync(ScriptStatement statement)
    {
        var table = await new ScriptAnalyzer(server, Known()).TableAsync(statement);
        return TableRules.Faults(statement.Text, table).FirstOrDefault() is { } fault
            ? throw SqlFailure.Invalid(fault)
            : table;
    }

    /// <summary>ALTER TABLE … ADD COLUMN: the rows that are there have NULL in it.</summary>
    private async Task AlterAsync(ScriptStatement statement)
    {
        if (!Seen.TryGetValue(statement.Target!, out var state))
        {
            throw new SqlFailure("notFound", $"Not found: Table {dataset.Name}.{statement.Target}");
        }
        var altered = await new ScriptAnalyzer(server, Known()).AlteredAsync(statement, state.Table);
        dataset.AddColumns(statement.Target!, [.. altered.Columns.Skip(state.Table.Columns.Count)]);
    }

    private async Task CommitAsync()
    {
        await BeforeCommitAsync();
        var lost = dataset.TryCommit(begun!, reached!, mutated, inserted);
        EndTransaction();
        if (lost is not null)
        {
            throw SqlFailure.Invalid(
                $"Transaction is aborted due to concurrent update against table {dataset.Name}.{lost}."
            );
        }
    }

    private async Task BeforeCommitAsync()
    {
        await (dataset.BeforeCommit?.Invoke() ?? Task.CompletedTask).WaitAsync(settings.Stop);
        settings.Stop.ThrowIfCancellationRequested();
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
        var (columns, rows) = await QueryAsync($"select ({statement.Expression})", "SELECT", isCounted: true);
        return (type ?? columns[0].Type, rows[0].Cell[0]);
    }

    private async Task<(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<TableData.Types.Row> Rows)> QueryAsync(
        string text,
        string kind,
        bool isCounted = false
    )
    {
        var statement = await PrepareAsync(text);
        var use = Use(kind, statement.Tables, target: null);
        var request = new EvaluateQueryRequest
        {
            Sql = statement.Text,
            Options = statement.Options,
            SimpleCatalog = Catalog(statement.Tables, target: null),
        };
        AddContent(request.TableContent, statement.Tables);
        request.Params.AddRange(statement.Values);
        var answer = await AskAsync(() => server.EvaluateAsync(request), text);
        if (isCounted && use is not null)
        {
            settings.Uses.Enqueue(use);
        }
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
            statement.Kind == ScriptKind.Insert
                ? null
                : await dataset.EnterMutationAsync(statement.Target!, settings.Stop);
        for (var tries = 1; ; tries++)
        {
            begun = reached = dataset.Tables;
            try
            {
                await ChangeOnceAsync(statement);
                await BeforeCommitAsync();
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
        if (TableRules.FaultOfChange(statement.Text) is { } fault)
        {
            throw SqlFailure.Invalid(fault);
        }
        if (statement.Kind == ScriptKind.Insert && dataset.FailingInserts.Contains(target))
        {
            throw SqlFailure.Invalid("made to fail");
        }
        var prepared = await PrepareAsync(statement.Text);
        var use = Use(
            statement.Kind.ToString().ToUpperInvariant(),
            prepared.Tables,
            statement.Kind == ScriptKind.Insert ? null : state
        );
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
        settings.Uses.Enqueue(use! with { Rows = changes.Count });
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
        // Without a call, or the time, it is the same every time.
        if (
            !expression.Contains('(', StringComparison.Ordinal)
            && !expression.Contains("current_", StringComparison.OrdinalIgnoreCase)
        )
        {
            Defaults[expression] = value;
        }
        return value;
    }

    /// <summary>What a statement comes to; null for one that looks at no table.</summary>
    /// <exception cref="SqlFailure">It would be billed for more than the job may cost.</exception>
    private StatementUse? Use(string kind, IReadOnlyList<TableState> tables, TableState? target)
    {
        if (tables.Count == 0)
        {
            return null;
        }
        // q + t: what is read, and the whole table that is changed. Columns and partitions that would be left out are not.
        var bytes = tables.Sum(table =>
            Math.Max(StatementUse.FloorBytes, dataset.SizeOf(table) * (table == target ? 2 : 1))
        );
        if (bytes > settings.MaximumBytesBilled)
        {
            throw new SqlFailure(
                "bytesBilledLimitExceeded",
                $"Query exceeded limit for bytes billed: {settings.MaximumBytesBilled}. {bytes} or higher required."
            );
        }
        return new StatementUse(
            kind,
            [.. tables.Select(table => table.Table.Name)],
            bytes,
            0,
            (dataset.LimitClock ?? settings.Time).GetUtcNow()
        );
    }

    private async Task<Prepared> PrepareAsync(string text)
    {
        var sent = GoogleSqlText.WithParameters(GoogleSqlText.WithViews(text, dataset.Views));
        sent = GoogleSqlText.WithTime(sent);
        values[GoogleSqlText.Time] = (SqlTypes.Timestamp, SqlValues.Of(now));
        var states = Seen.SetItems(temporary);
        var tables = GoogleSqlText.Named(sent, states).ToList();
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

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, string text)
    {
        settings.Stop.ThrowIfCancellationRequested();
        try
        {
            return await ask().WaitAsync(settings.Stop);
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
