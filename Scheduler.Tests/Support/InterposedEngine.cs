using Scheduler.Core.Storage;

namespace Scheduler.Tests.Support;

/// <summary>A real engine; just before a script of a name reaches it, a test may do what another process would.</summary>
internal sealed class InterposedEngine(ISqlEngine inner) : ISqlEngine
{
    private readonly Dictionary<string, Func<Task>> interludes = [];

    public string Dialect => inner.Dialect;

    public bool WritesConcurrently => inner.WritesConcurrently;

    public bool ReadsAreCharged => inner.ReadsAreCharged;

    public TimeSpan FlushInterval => inner.FlushInterval;

    /// <summary>Before every script of this name, such as <c>queue.claim</c>.</summary>
    public void Before(string operation, Func<Task> interlude) => interludes[operation] = interlude;

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        if (interludes.TryGetValue(operation.ToString(), out var interlude))
        {
            await interlude();
        }
        return await inner.RunAsync(operation, arguments, map, cancellationToken);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);
}
