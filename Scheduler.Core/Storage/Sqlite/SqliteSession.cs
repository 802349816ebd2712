using Microsoft.Data.Sqlite;

namespace Scheduler.Core.Storage.Sqlite;

/// <summary>One connection with its prepared scripts. Not thread-safe: the engine lends it to one caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<SqlOperation, SqliteCommand> prepared = [];
    private bool isReady;

    public SqliteSession(string connectionString, string pragmas)
    {
        connection = new SqliteConnection(connectionString);
        connection.Open();
        Execute(pragmas);
    }

    /// <summary>Creates the working tables of a writing session, once, after the schema is there.</summary>
    public void PrepareForWriting()
    {
        if (!isReady)
        {
            Execute(SqlText.Load(SqliteEngine.DialectName, "session")["open"]);
            isReady = true;
        }
    }

    public void Execute(string script)
    {
        using var command = connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
    }

    /// <summary>Ends a failed transaction, which SQLite may have ended itself: a full disk or an I/O error does that.</summary>
    public void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Execute("rollback");
        }
    }

    public List<T> Run<T>(SqlOperation operation, SqlStatement statement, SqlArguments arguments, Func<SqlRow, T> map)
    {
        var command = Prepare(operation, statement);
        Bind(command, arguments);
        using var reader = command.ExecuteReader();
        var row = new SqliteRow(reader);
        var rows = new List<T>();
        // The script's last result set is its answer.
        do
        {
            rows.Clear();
            row.Reset();
            while (reader.Read())
            {
                rows.Add(map(row));
            }
        } while (reader.NextResult());
        return rows;
    }

    public List<(string Name, string Checksum)> AppliedMigrations(string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var applied = new List<(string, string)>();
        while (reader.Read())
        {
            applied.Add((reader.GetString(0), reader.GetString(1)));
        }
        return applied;
    }

    public void Record(string statement, string name, string checksum)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.Parameters.AddWithValue("@name", name);
        command.Parameters.AddWithValue("@checksum", checksum);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
        connection.Dispose();
    }

    private SqliteCommand Prepare(SqlOperation operation, SqlStatement statement)
    {
        if (!prepared.TryGetValue(operation, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = statement.Text;
            prepared.Add(operation, command);
        }
        return command;
    }

    private static void Bind(SqliteCommand command, SqlArguments arguments)
    {
        foreach (var (name, _, value) in arguments.Values)
        {
            var parameterName = "@" + name;
            var bound = SqliteValues.ToParameter(value);
            if (command.Parameters.Contains(parameterName))
            {
                command.Parameters[parameterName].Value = bound;
            }
            else
            {
                command.Parameters.AddWithValue(parameterName, bound);
            }
        }
    }
}
