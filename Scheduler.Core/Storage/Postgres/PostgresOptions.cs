namespace Scheduler.Core.Storage.Postgres;

/// <summary>Which PostgreSQL database keeps the data.</summary>
public sealed record PostgresOptions
{
    /// <summary>
    /// An Npgsql connection string, e.g. <c>Host=db;Database=scheduler;Username=scheduler;Password=…</c>. Its
    /// <c>Maximum Pool Size</c> bounds the connections of this process; 10 where it names none.
    /// </summary>
    public required string ConnectionString { get; init; }
}
