using Npgsql;

namespace Scheduler.Core.Storage.Postgres;

/// <summary>
/// Applies the migrations, each once, all in one transaction, under an advisory lock: a second process waits and then finds the
/// work done.
/// </summary>
internal static class PostgresSchema
{
    public static async Task UpdateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var journal = SqlText.Load(PostgresEngine.DialectName, "schema");
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, journal["lock"], cancellationToken);
        await ExecuteAsync(connection, journal["create_journal"], cancellationToken);
        var applied = await AppliedAsync(connection, journal["list_applied"], cancellationToken);
        foreach (var migration in Migration.Pending(PostgresEngine.DialectName, applied))
        {
            await ExecuteAsync(connection, migration.Text, cancellationToken);
            await RecordAsync(connection, journal["record"], migration, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        // A large table takes its time; the lock was waited for already.
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<Dictionary<string, string>> AppliedAsync(
        NpgsqlConnection connection,
        string query,
        CancellationToken cancellation
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellation))
        {
            applied.Add(reader.GetString(0), reader.GetString(1));
        }
        return applied;
    }

    private static async Task RecordAsync(
        NpgsqlConnection connection,
        string statement,
        Migration migration,
        CancellationToken cancellation
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.Parameters.AddWithValue("name", migration.Name);
        command.Parameters.AddWithValue("checksum", migration.Checksum);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
