using System.Collections.Concurrent;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Support;

/// <summary>A real engine whose scripts a test can count, hold up, break and come before.</summary>
internal sealed class HeldEngine(ISqlEngine inner) : ISqlEngine
{
    private readonly ConcurrentDictionary<string, int> ran = new();
    private readonly ConcurrentDictionary<string, HeldOperation> held = new();
    private readonly ConcurrentDictionary<string, Func<SqlArguments, Exception?>> broken = new();
    private readonly ConcurrentDictionary<string, Func<Task>> interludes = new();

    public string Dialect => inner.Dialect;

    public bool WritesConcurrently { get; init; } = inner.WritesConcurrently;

    public bool ReadsAreCharged { get; init; } = inner.ReadsAreCharged;

    public TimeSpan FlushInterval { get; init; } = inner.FlushInterval;

    /// <summary>How many scripts reached the engine.</summary>
    public int RanInAll => ran.Values.Sum();

    /// <summary>How many scripts of this name, such as <c>queue.claim</c>, reached the engine.</summary>
    public int Ran(string operation) => ran.GetValueOrDefault(operation);

    /// <summary>Holds up the next script of this name.</summary>
    public HeldOperation Hold(string operation) => held[operation] = new HeldOperation();

    /// <summary>Lets scripts of this name fail instead of running, where the condition gives an exception.</summary>
    public void Break(string operation, Func<SqlArguments, Exception?> condition) => broken[operation] = condition;

    /// <summary>Before every script of this name the test does what another process would.</summary>
    public void Before(string operation, Func<Task> interlude) => interludes[operation] = interlude;

    public void Mend(string operation) => broken.TryRemove(operation, out _);

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        var name = operation.ToString();
        ran.AddOrUpdate(name, 1, (_, count) => count + 1);
        if (held.TryRemove(name, out var hold))
        {
            await hold.WaitAsync();
        }
        try
        {
            if (broken.TryGetValue(name, out var condition) && condition(arguments) is { } failure)
            {
                throw failure;
            }
            if (interludes.TryGetValue(name, out var interlude))
            {
                await interlude();
            }
            return await inner.RunAsync(operation, arguments, map, cancellationToken);
        }
        finally
        {
            hold?.End();
        }
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);
}
