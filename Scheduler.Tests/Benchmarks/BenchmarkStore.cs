using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>
/// A migrated store with default durability, and the little in which the databases' SQL differs: everything else in the
/// measurements' statements is common to both.
/// </summary>
internal abstract class BenchmarkStore : IAsyncDisposable
{
    /// <summary>The store as this process uses it.</summary>
    public abstract ISqlEngine Engine { get; }

    /// <summary>What tells the API to use it.</summary>
    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Processor seconds that its own processes have used so far; null where it has none that can be seen.</summary>
    public virtual double? CpuSeconds => null;

    /// <summary>Of the engine that the settings name; empty but for the schema.</summary>
    public static async Task<BenchmarkStore> CreateAsync() =>
        BenchmarkSettings.IsPostgres ? await PostgresStore.CreateAsync() : await SqliteStore.CreateAsync();

    /// <summary>A literal for a column of time.</summary>
    public abstract string At(Instant at);

    /// <summary>The time so many seconds after an instant; the seconds may be an expression.</summary>
    public abstract string After(Instant at, string seconds);

    /// <summary>The time so many seconds before now; the seconds may be an expression.</summary>
    public abstract string SecondsAgo(string seconds);

    /// <summary>A column of time as a number of seconds since 1970.</summary>
    public abstract string Seconds(string column);

    /// <summary>Changes rows behind the stores' back, however long it takes.</summary>
    public abstract Task ExecuteAsync(string script);

    /// <summary>Reads rows of numbers behind the stores' back; null counts as 0.</summary>
    public abstract Task<IReadOnlyList<double[]>> RowsAsync(string query);

    /// <summary>The first row of them.</summary>
    public async Task<double[]> NumbersAsync(string query) => (await RowsAsync(query))[0];

    public abstract ValueTask DisposeAsync();
}
