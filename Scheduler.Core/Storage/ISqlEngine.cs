namespace Scheduler.Core.Storage;

/// <summary>
/// The seam between the stores and a database: it opens, executes and maps, and knows nothing of any concept.
/// An operation is one script, executed atomically; its last statement selects the result.
/// </summary>
public interface ISqlEngine
{
    /// <summary>The folder below <c>sql/</c> whose scripts this engine runs.</summary>
    string Dialect { get; }

    /// <exception cref="StorageUnavailableException">The database cannot be reached or stayed busy.</exception>
    Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    );

    /// <summary>Brings the schema to the newest version; safe to call at every start and from several processes at once.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);
}
