using System.Collections.Immutable;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>
/// Tables with snapshot isolation: a transaction reads what was committed when it began, and its own changes; two of them that update or
/// delete in the same table do not both commit. Inserts conflict with nothing, and no key is enforced.
/// </summary>
internal sealed class EmulatedDataset(string name)
{
    /// <summary>Running and queued statements that change a table's rows; one more fails.</summary>
    private const int MostMutations = 22;
    private const int RunningMutations = 2;
    private const int DmlPerWindow = 25;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static long lastRowId;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<DateTimeOffset>> dml = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SemaphoreSlim> running = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> outstanding = new(StringComparer.OrdinalIgnoreCase);

    public string Name { get; } = name;

    public string Location { get; init; } = "US";

    public ImmutableDictionary<string, TableState> Tables { get; private set; } =
        ImmutableDictionary<string, TableState>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    public ImmutableDictionary<string, string> Views { get; private set; } =
        ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    /// <summary>Tables whose inserts fail, as a test wants it.</summary>
    public HashSet<string> FailingInserts { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Waited for by whoever is about to commit, a transaction or a change of its own: lets a test decide who is first.</summary>
    public Func<Task>? BeforeCommit { get; set; }

    /// <summary>The clock for the limit of DML statements per table; without one it is not applied.</summary>
    public TimeProvider? LimitClock { get; set; }

    /// <summary>The most DML statements that one table saw within any ten seconds of <see cref="LimitClock"/>.</summary>
    public Dictionary<string, int> BusiestWindow { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>For how many bytes each byte here stands, where a test wants large tables: the engine takes none above 4 MB.</summary>
    public long Scale { get; set; } = 1;

    /// <summary>The bytes of a table.</summary>
    public long SizeOf(TableState table) => table.Content().Length * Scale;

    public static long NextRowId() => Interlocked.Increment(ref lastRowId);

    public void Create(SqlTable table)
    {
        lock (gate)
        {
            Tables = Tables.ContainsKey(table.Name) ? Tables : Tables.Add(table.Name, TableState.Empty(table));
        }
    }

    /// <returns>False where a table or view has the name.</returns>
    public bool TryCreate(SqlTable table)
    {
        lock (gate)
        {
            if (Tables.ContainsKey(table.Name) || Views.ContainsKey(table.Name))
            {
                return false;
            }
            Tables = Tables.Add(table.Name, TableState.Empty(table));
            return true;
        }
    }

    /// <summary>Adds columns that are not there yet behind the others: null in all rows, an empty array where they are arrays.</summary>
    public void AddColumns(string table, IReadOnlyList<SqlColumn> columns)
    {
        lock (gate)
        {
            var state = Tables[table];
            var added = columns.Where(column => state.Table.Find(column.Name) is null).ToList();
            Tables = Tables.SetItem(
                table,
                state with
                {
                    Table = state.Table with { Columns = [.. state.Table.Columns, .. added] },
                    Rows =
                    [
                        .. state.Rows.Select(row => new StoredRow(
                            row.Id,
                            [.. row.Cells, .. added.Select(SqlValues.None)]
                        )),
                    ],
                }
            );
        }
    }

    /// <summary>Another form of the columns that are there; their rows stay.</summary>
    public void Replace(SqlTable table)
    {
        lock (gate)
        {
            Tables = Tables.SetItem(table.Name, Tables[table.Name] with { Table = table });
        }
    }

    public void CreateView(string view, string query)
    {
        lock (gate)
        {
            Views = Views.SetItem(view, query);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            Tables = Tables.Clear();
            Views = Views.Clear();
        }
    }

    public void Drop(string table)
    {
        lock (gate)
        {
            Tables = Tables.Remove(table);
            Views = Views.Remove(table);
        }
    }

    /// <summary>Another one with the same tables, and what the views name as their dataset changed with it.</summary>
    public EmulatedDataset Copy(string copy) =>
        new(copy)
        {
            Tables = Tables,
            Views = Views,
            Location = Location,
        };

    /// <summary>Counts one DML statement against the limit of its table.</summary>
    /// <exception cref="SqlFailure">It is one too many.</exception>
    public void CountDml(string table)
    {
        if (LimitClock is not { } clock)
        {
            return;
        }
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (!dml.TryGetValue(table, out var times))
            {
                dml[table] = times = [];
            }
            times.RemoveAll(time => time <= now - Window);
            if (times.Count >= DmlPerWindow)
            {
                throw new SqlFailure(
                    "jobRateLimitExceeded",
                    $"Exceeded rate limits: too many table update operations for this table. Table: {Name}.{table}"
                );
            }
            times.Add(now);
            BusiestWindow[table] = Math.Max(BusiestWindow.GetValueOrDefault(table), times.Count);
        }
    }

    /// <summary>A statement of its own that changes rows: two run, twenty wait, the next one fails.</summary>
    public async Task<IDisposable> EnterMutationAsync(string table, CancellationToken stop)
    {
        SemaphoreSlim turn;
        lock (gate)
        {
            var count = outstanding.GetValueOrDefault(table) + 1;
            if (count > MostMutations)
            {
                throw SqlFailure.Invalid(
                    $"Resources exceeded during query execution: Too many DML statements outstanding against table {Name}.{table}, limit is 20."
                );
            }
            outstanding[table] = count;
            if (!running.TryGetValue(table, out turn!))
            {
                running[table] = turn = new SemaphoreSlim(RunningMutations);
            }
        }
        try
        {
            await turn.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                outstanding[table]--;
            }
            throw;
        }
        return new Leave(() =>
        {
            turn.Release();
            lock (gate)
            {
                outstanding[table]--;
            }
        });
    }

    /// <summary>Makes the changes of a transaction the state that others see.</summary>
    /// <param name="begun">What it began from.</param>
    /// <param name="reached">What it made of it.</param>
    /// <param name="mutated">Tables in which it changed or deleted rows.</param>
    /// <param name="inserted">Tables into which it inserted.</param>
    /// <returns>The table in which somebody else was faster; null after the commit.</returns>
    public string? TryCommit(
        ImmutableDictionary<string, TableState> begun,
        ImmutableDictionary<string, TableState> reached,
        IReadOnlySet<string> mutated,
        IReadOnlySet<string> inserted
    )
    {
        lock (gate)
        {
            if (mutated.FirstOrDefault(table => Tables[table].Mutations != begun[table].Mutations) is { } lost)
            {
                return lost;
            }
            foreach (var table in mutated.Union(inserted))
            {
                var known = begun[table].Rows.Select(row => row.Id).ToHashSet();
                var (mine, theirs) = (reached[table].Rows, Tables[table].Rows);
                Tables = Tables.SetItem(
                    table,
                    Tables[table] with
                    {
                        Rows = mutated.Contains(table)
                            ? [.. mine, .. theirs.Where(row => !known.Contains(row.Id))]
                            : [.. theirs, .. mine.Where(row => !known.Contains(row.Id))],
                        Mutations = Tables[table].Mutations + (mutated.Contains(table) ? 1 : 0),
                    }
                );
            }
            return null;
        }
    }

    private sealed class Leave(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
