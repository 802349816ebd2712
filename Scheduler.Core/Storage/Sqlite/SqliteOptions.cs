namespace Scheduler.Core.Storage.Sqlite;

/// <summary>Where and how durably the embedded store keeps its data.</summary>
public sealed record SqliteOptions
{
    /// <summary>A Microsoft.Data.Sqlite connection string, e.g. <c>Data Source=data/scheduler.db</c>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Connections that read at the same time as the one writer. 1 to 64.</summary>
    public int Readers { get; init; } = 4;
}
