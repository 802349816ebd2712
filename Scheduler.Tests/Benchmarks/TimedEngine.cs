using System.Collections.Concurrent;
using System.Diagnostics;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Benchmarks;

/// <summary>Adds up what each operation takes.</summary>
internal sealed class TimedEngine(ISqlEngine engine) : ISqlEngine
{
    private readonly ConcurrentDictionary<SqlOperation, (int Calls, TimeSpan Took)> operations = new();

    public string Dialect => engine.Dialect;

    public bool WritesConcurrently => engine.WritesConcurrently;

    public IEnumerable<(SqlOperation Operation, int Calls, TimeSpan Took)> Operations =>
        operations.Select(entry => (entry.Key, entry.Value.Calls, entry.Value.Took)).OrderByDescending(x => x.Took);

    public void Reset() => operations.Clear();

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        var started = Stopwatch.GetTimestamp();
        var rows = await engine.RunAsync(operation, arguments, map, cancellationToken);
        var took = Stopwatch.GetElapsedTime(started);
        operations.AddOrUpdate(operation, (1, took), (_, so) => (so.Calls + 1, so.Took + took));
        return rows;
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => engine.MigrateAsync(cancellationToken);
}
