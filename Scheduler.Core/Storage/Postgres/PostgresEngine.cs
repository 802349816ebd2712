using System.Collections.Concurrent;
using Npgsql;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>
/// PostgreSQL 15 and newer: a bounded set of connections, each with its prepared scripts. A script travels as one message and
/// ends in one commit; what deadlocks or cannot be serialised did nothing and is run again.
/// </summary>
public sealed class PostgresEngine : ISqlEngine, IAsyncDisposable, IDisposable
{
    internal const string DialectName = "postgres";

    private const int DefaultConnections = 10;
    private const int MostTries = 5;
    private const int KeepAliveSeconds = 30;

    private readonly NpgsqlDataSource source;
    private readonly SemaphoreSlim turn;
    private readonly ConcurrentStack<PostgresSession> idle = new();

    public PostgresEngine(PostgresOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        var connections = connection.ContainsKey("Maximum Pool Size") ? connection.MaxPoolSize : DefaultConnections;
        // Connections are kept here, with their prepared scripts.
        connection.Pooling = false;
        connection.ApplicationName ??= "scheduler";
        if (connection.KeepAlive == 0)
        {
            connection.KeepAlive = KeepAliveSeconds;
        }
        if (!connection.ContainsKey("Command Timeout"))
        {
            connection.CommandTimeout = PostgresSettings.CommandTimeoutSeconds;
        }
        connection.Options = PostgresSettings.Extend(connection.Options);
        source = NpgsqlDataSource.Create(connection);
        turn = new SemaphoreSlim(connections, connections);
    }

    public string Dialect => DialectName;

    public bool WritesConcurrently => true;

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        using var measured = StoreInstruments.Measure(DialectName, operation);
        var statement = SqlText.Load(DialectName, operation.Concept).Find(operation.Name);
        await turn.WaitAsync(cancellationToken);
        try
        {
            var isFresh = false;
            for (var tries = 1; ; tries++)
            {
                try
                {
                    // A write that was sent is waited for: cancelled in between, nobody would know whether it was committed.
                    var token = statement.IsWrite ? CancellationToken.None : cancellationToken;
                    return await RunOnceAsync(operation, statement, arguments, map, isFresh, token);
                }
                catch (PostgresException exception) when (PostgresErrors.IsOutdatedPlan(exception) && !isFresh)
                {
                    // The session is gone; the other idle ones are as old as it was.
                    isFresh = true;
                }
                catch (PostgresException exception) when (PostgresErrors.IsContention(exception) && tries < MostTries)
                {
                    // Rolled back: again, at once. Whoever won has committed meanwhile.
                }
            }
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            throw new StorageUnavailableException(
                $"The PostgreSQL store did not answer {operation} ({Reason(exception)}).",
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
        try
        {
            await PostgresSchema.UpdateAsync(source, cancellationToken);
        }
        catch (Exception exception) when (PostgresErrors.IsUnavailable(exception))
        {
            throw new StorageUnavailableException(
                $"The PostgreSQL store could not be opened ({Reason(exception)}).",
                exception
            );
        }
    }

    /// <summary>A connection of its own, for what holds one for long: notifications.</summary>
    internal ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) =>
        source.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        while (idle.TryPop(out var session))
        {
            await session.DisposeAsync();
        }
        await source.DisposeAsync();
        turn.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task<List<T>> RunOnceAsync<T>(
        SqlOperation operation,
        SqlStatement statement,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        bool isFresh,
        CancellationToken cancellationToken
    )
    {
        var session = isFresh ? await OpenAsync(cancellationToken) : await BorrowAsync(cancellationToken);
        try
        {
            return await session.RunAsync(operation, statement, arguments, map, cancellationToken);
        }
        finally
        {
            await ReturnAsync(session);
        }
    }

    private async Task<PostgresSession> BorrowAsync(CancellationToken cancellationToken)
    {
        while (idle.TryPop(out var session))
        {
            if (session.IsUsable)
            {
                return session;
            }
            await session.DisposeAsync();
        }
        return await OpenAsync(cancellationToken);
    }

    private async Task<PostgresSession> OpenAsync(CancellationToken cancellationToken) =>
        new(await source.OpenConnectionAsync(cancellationToken));

    private async Task ReturnAsync(PostgresSession session)
    {
        if (session.IsUsable)
        {
            idle.Push(session);
        }
        else
        {
            await session.DisposeAsync();
        }
    }

    // Never the message: it may quote a value.
    private static string Reason(Exception exception) =>
        exception is PostgresException postgres ? $"SQLSTATE {postgres.SqlState}" : exception.GetType().Name;
}
