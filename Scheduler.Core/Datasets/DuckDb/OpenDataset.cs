using DuckDB.NET.Data;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>A customer's file while it is open; disposing closes the file and lets the next one in.</summary>
public sealed class OpenDataset(DuckDBConnection connection, SemaphoreSlim gate) : IAsyncDisposable
{
    /// <summary>A command for one named statement with its parameters.</summary>
    public DuckDBCommand Command(string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new DuckDBParameter(name, value ?? DBNull.Value));
        }
        return command;
    }

    public DuckDBTransaction Begin() => connection.BeginTransaction();

    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        gate.Release();
    }
}
