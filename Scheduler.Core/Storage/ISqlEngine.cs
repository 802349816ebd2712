namespace Scheduler.Core.Storage;

/// <summary>
/// The seam between the stores and a database: it opens, executes and maps, and knows nothing of any concept.
/// An operation is one script, executed atomically; its last statement selects the result.
/// </summary>
public interface ISqlEngine
{
    /// <summary>The folder below <c>sql/</c> whose scripts this engine runs.</summary>
    string Dialect { get; }

    /// <summary>
    /// Whether scripts that write the same tables run beside each other, held up by each other's rows at most. Where they do not,
    /// sending one at a time loses nothing.
    /// </summary>
    bool WritesConcurrently => false;

    /// <summary>
    /// Whether every look costs money: duties then look only while this process knows of something open, and what may wait a moment is
    /// gathered for longer.
    /// </summary>
    bool ReadsAreCharged => false;

    /// <summary>
    /// How long one kind of call is gathered between two of its scripts, where each script costs money; nothing where a lone call
    /// should never wait.
    /// </summary>
    TimeSpan FlushInterval => TimeSpan.Zero;

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
