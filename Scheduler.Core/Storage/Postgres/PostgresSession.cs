using System.Diagnostics;
using System.Numerics;
using Npgsql;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>One connection with its prepared scripts. Not thread-safe: the engine lends it to one caller at a time.</summary>
internal sealed class PostgresSession(NpgsqlConnection connection) : IAsyncDisposable
{
    /// <summary>The column of a statement that only locks or sets: its rows are no part of the answer.</summary>
    private const string Step = "step";

    // A plan is kept, so it must not stay the one of an empty table: it is made anew after 1, 2, 4, … scripts, at last every 4,096,
    // and this begins again when a script moves more than it ever has, or is slow: what idle polls have planned does not serve a
    // storm.
    private const int LongestKept = 4_096;
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Dictionary<SqlOperation, NpgsqlCommand> prepared = [];
    private readonly Dictionary<SqlOperation, int> mostMoved = [];
    private int executed;
    private bool isOutdated;

    /// <summary>Whether the connection can be lent again.</summary>
    public bool IsUsable => !isOutdated && connection.FullState == System.Data.ConnectionState.Open;

    public async Task<List<T>> RunAsync<T>(
        SqlOperation operation,
        SqlStatement statement,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadAsync(operation, statement, arguments, map, cancellationToken);
        }
        catch (NpgsqlException exception) when (PostgresErrors.IsOfThePlan(exception))
        {
            isOutdated = true;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in prepared.Values)
        {
            await command.DisposeAsync();
        }
        await connection.DisposeAsync();
    }

    private async Task<List<T>> ReadAsync<T>(
        SqlOperation operation,
        SqlStatement statement,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        await ForgetPlansAsync(cancellationToken);
        var command = await PrepareAsync(operation, statement, arguments, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        // All statements travel together and end in one commit: no lock outlives the script, whatever becomes of this process.
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var row = new PostgresRow(reader);
        var rows = new List<T>();
        do
        {
            rows.Clear();
            row.Reset();
            var isAnswer = reader.FieldCount > 0 && reader.GetName(0) != Step;
            while (isAnswer && await reader.ReadAsync(cancellationToken))
            {
                rows.Add(map(row));
            }
        } while (await reader.NextResultAsync(cancellationToken));
        var sent = arguments.Values.Sum(argument => (argument.Value as SqlRows)?.Count ?? 0);
        Note(operation, Math.Max(rows.Count, sent), Stopwatch.GetElapsedTime(started));
        return rows;
    }

    private void Note(SqlOperation operation, int moved, TimeSpan took)
    {
        var isMore = moved >= 2 * mostMoved.GetValueOrDefault(operation, 1);
        if (isMore)
        {
            mostMoved[operation] = moved;
        }
        if (isMore || took > Slow)
        {
            executed = 0;
        }
    }

    private async Task ForgetPlansAsync(CancellationToken cancellationToken)
    {
        executed++;
        if (executed % LongestKept != 0 && !BitOperations.IsPow2(executed))
        {
            return;
        }
        await using var command = connection.CreateCommand();
        command.CommandText = SqlText.Load(PostgresEngine.DialectName, "connection")["forget_plans"];
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlCommand> PrepareAsync(
        SqlOperation operation,
        SqlStatement statement,
        SqlArguments arguments,
        CancellationToken cancellationToken
    )
    {
        if (prepared.TryGetValue(operation, out var command))
        {
            for (var i = 0; i < arguments.Values.Count; i++)
            {
                command.Parameters[i].Value = PostgresValues.ToParameter(arguments.Values[i].Value);
            }
            return command;
        }
        command = connection.CreateCommand();
        command.CommandText = PostgresTenancy.Wall(statement, arguments);
        foreach (var (name, type, value) in arguments.Values)
        {
            command.Parameters.Add(
                new NpgsqlParameter(name, PostgresValues.TypeOf(type)) { Value = PostgresValues.ToParameter(value) }
            );
        }
        try
        {
            await command.PrepareAsync(cancellationToken);
        }
        catch
        {
            await command.DisposeAsync();
            throw;
        }
        prepared.Add(operation, command);
        return command;
    }
}
