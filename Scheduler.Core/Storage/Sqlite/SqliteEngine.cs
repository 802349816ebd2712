using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Storage.Sqlite;

/// <summary>
/// SQLite in WAL mode: one writing connection, lent in turn, and a few that read beside it. A commit is on disk before the call
/// returns (<c>synchronous=FULL</c>).
/// </summary>
public sealed class SqliteEngine : ISqlEngine, IDisposable
{
    internal const string DialectName = "sqlite";

    // Result codes that mean "not now": SQLITE_BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN.
    private static readonly int[] Unavailable = [5, 6, 7, 8, 10, 13, 14];

    // SQLITE_CORRUPT, NOTADB: the file at the given place is none of ours.
    private static readonly int[] Broken = [11, 26];

    private static readonly TimeSpan LongestScript = TimeSpan.FromSeconds(5);

    private readonly SqliteOptions options;
    private readonly string connectionString;
    private readonly SemaphoreSlim writeTurn = new(1, 1);
    private readonly SemaphoreSlim readTurn;
    private readonly ConcurrentBag<SqliteSession> idleReaders = [];
    private readonly Lazy<SqliteSession> writer;

    static SqliteEngine()
    {
        // A connection is used by one caller at a time, so SQLite need not lock it at every step, nor count its memory under a lock.
        // Refused, without harm, where somebody in the process has used SQLite before.
        SQLitePCL.Batteries_V2.Init();
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MULTITHREAD);
        _ = SQLitePCL.raw.sqlite3_config(SQLitePCL.raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public SqliteEngine(SqliteOptions options)
    {
        this.options = options;
        // Pooling off: sessions are kept here, with their prepared scripts. Private cache: readers never wait for the writer.
        connectionString = new SqliteConnectionStringBuilder(options.ConnectionString)
        {
            Pooling = false,
            ForeignKeys = true,
        }.ToString();
        readTurn = new SemaphoreSlim(options.Readers, options.Readers);
        // PublicationOnly: a store that could not be opened once is tried again at the next call.
        writer = new Lazy<SqliteSession>(
            () => Open(SqlText.Load(DialectName, "connection")["writer"]),
            LazyThreadSafetyMode.PublicationOnly
        );
    }

    public string Dialect => DialectName;

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        using var measured = StoreInstruments.Measure(DialectName, operation);
        var statement = SqlText.Load(DialectName, operation.Concept).Find(operation.Name);
        var turn = statement.IsWrite ? writeTurn : readTurn;
        await turn.WaitAsync(cancellationToken);
        try
        {
            return statement.IsWrite
                ? Write(operation, statement, arguments, map)
                : Read(operation, statement, arguments, map);
        }
        catch (SqliteException exception) when (Unavailable.Contains(exception.SqliteErrorCode))
        {
            throw new StorageUnavailableException(
                $"The SQLite store did not answer {operation} (code {exception.SqliteErrorCode}).",
                exception
            );
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await writeTurn.WaitAsync(cancellationToken);
        try
        {
            EnsureFolder();
            var session = writer.Value;
            var journal = SqlText.Load(DialectName, "schema");
            // The write lock is taken before the journal is read: a second process waits here and then finds the work done.
            InTransaction(session, () => Migrate(session, journal));
        }
        catch (SqliteException exception) when (Unavailable.Contains(exception.SqliteErrorCode))
        {
            throw new StorageUnavailableException(
                $"The SQLite store could not be opened (code {exception.SqliteErrorCode}).",
                exception
            );
        }
        catch (SqliteException exception) when (Broken.Contains(exception.SqliteErrorCode))
        {
            throw new SchemaDriftException("The file is no SQLite database, or a damaged one; it was left as it is.");
        }
        finally
        {
            writeTurn.Release();
        }
    }

    public void Dispose()
    {
        // A connection is not closed under a script that is still running in it.
        var isIdle = writeTurn.Wait(LongestScript);
        if (isIdle && writer.IsValueCreated)
        {
            writer.Value.Dispose();
        }
        while (idleReaders.TryTake(out var reader))
        {
            reader.Dispose();
        }
        writeTurn.Dispose();
        readTurn.Dispose();
    }

    private List<T> Write<T>(
        SqlOperation operation,
        SqlStatement statement,
        SqlArguments arguments,
        Func<SqlRow, T> map
    )
    {
        var session = writer.Value;
        session.PrepareForWriting();
        List<T> rows = [];
        InTransaction(session, () => rows = session.Run(operation, statement, arguments, map));
        return rows;
    }

    private List<T> Read<T>(SqlOperation operation, SqlStatement statement, SqlArguments arguments, Func<SqlRow, T> map)
    {
        if (!idleReaders.TryTake(out var session))
        {
            session = Open(SqlText.Load(DialectName, "connection")["reader"]);
        }
        try
        {
            return session.Run(operation, statement, arguments, map);
        }
        finally
        {
            idleReaders.Add(session);
        }
    }

    private static void InTransaction(SqliteSession session, Action work)
    {
        session.Execute("begin immediate");
        try
        {
            work();
            session.Execute("commit");
        }
        catch
        {
            session.RollBack();
            throw;
        }
    }

    private static void Migrate(SqliteSession session, SqlText journal)
    {
        session.Execute(journal["create_journal"]);
        var applied = session
            .AppliedMigrations(journal["list_applied"])
            .ToDictionary(row => row.Name, row => row.Checksum);
        foreach (var migration in Migration.Pending(DialectName, applied))
        {
            session.Execute(migration.Text);
            session.Record(journal["record"], migration.Name, migration.Checksum);
        }
    }

    private SqliteSession Open(string pragmas) => new(connectionString, pragmas);

    private void EnsureFolder()
    {
        var source = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
        if (Path.GetDirectoryName(Path.GetFullPath(source)) is { } folder && source != ":memory:")
        {
            PrivateFolder.Create(folder);
        }
    }
}
