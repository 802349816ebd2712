using Scheduler.Core.Storage;

namespace Scheduler.Core.Failpoints;

/// <summary>An engine with a place before and after each of its scripts: <c>before:queue.claim</c>, <c>after:queue.claim</c>.</summary>
public sealed class FailpointEngine : ISqlEngine, IAsyncDisposable, IDisposable
{
    private readonly IFailpoints failpoints;

    private FailpointEngine(ISqlEngine inner, IFailpoints failpoints)
    {
        Inner = inner;
        this.failpoints = failpoints;
    }

    /// <summary>The engine that runs the scripts.</summary>
    public ISqlEngine Inner { get; }

    public string Dialect => Inner.Dialect;

    public bool WritesConcurrently => Inner.WritesConcurrently;

    public bool ReadsAreCharged => Inner.ReadsAreCharged;

    public TimeSpan FlushInterval => Inner.FlushInterval;

    /// <summary>The engine itself where the process has no failpoints, as in production.</summary>
    public static ISqlEngine Around(ISqlEngine engine, IFailpoints failpoints) =>
        failpoints is NoFailpoints ? engine : new FailpointEngine(engine, failpoints);

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        await failpoints.ReachedAsync(Failpoint.Before(operation), cancellationToken);
        var rows = await Inner.RunAsync(operation, arguments, map, cancellationToken);
        await failpoints.ReachedAsync(Failpoint.After(operation), cancellationToken);
        return rows;
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => Inner.MigrateAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        switch (Inner)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
