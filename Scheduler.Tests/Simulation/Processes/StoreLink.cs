using NodaTime;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Loop;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>A process's connection to the database. A script that was sent runs even if its sender is dead by then.</summary>
internal sealed class StoreLink(StoreServer server, EventLoop loop, FaultPlan faults, Node node, Random latency)
    : ISqlEngine
{
    private static readonly Duration Longest = Duration.FromSeconds(30);
    private static readonly Duration LongestEnd = Duration.FromMinutes(45);
    private static readonly SqlOperation EndLeases = new("queue", "end_leases");

    public string Dialect => server.Engine.Dialect;

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        // What ran at once would hide the steps between which a process can die.
        var answer = new TaskCompletionSource<IReadOnlyList<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.After(
            Delay(operation),
            () =>
            {
                var outcome = Outcome(operation, arguments, map);
                loop.After(Delay(operation), () => outcome(answer));
            }
        );
        return await answer.Task;
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private Action<TaskCompletionSource<IReadOnlyList<T>>> Outcome<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map
    )
    {
        if (server.IsAway || faults.Hits(Fault.StoreRefuses, 0.01, $"{node.Name}: {operation}"))
        {
            return answer => answer.SetException(Unavailable(operation));
        }
        if (node.IsAlive && faults.Hits(Fault.ApiCrash, 0.0003, $"{node.Name}: before {operation}"))
        {
            // What it has sent is on its way all the same.
            node.Kill();
        }
        IReadOnlyList<T> rows;
        try
        {
            rows = server.Run(operation, arguments, map);
        }
        catch (Exception failure)
        {
            return answer => answer.SetException(failure);
        }
        if (node.IsAlive && faults.Hits(Fault.ApiCrash, 0.0005, $"{node.Name}: after {operation}"))
        {
            node.Kill();
        }
        return faults.Hits(Fault.StoreForgets, 0.01, $"{node.Name}: {operation}")
            ? answer => answer.SetException(Unavailable(operation))
            : answer => answer.SetResult(rows);
    }

    private Duration Delay(SqlOperation operation)
    {
        // What ends leases was decided by what stood before: the longer it is on its way, the more has changed.
        var (probability, longest) = operation == EndLeases ? (0.05, LongestEnd) : (0.01, Longest);
        return faults.Hits(Fault.SlowStore, probability, $"{node.Name}: {operation}")
            ? faults.Stream(Fault.SlowStore).Between(Duration.FromSeconds(1), longest)
            : latency.Between(Duration.FromMilliseconds(1), Duration.FromMilliseconds(20));
    }

    private static StorageUnavailableException Unavailable(SqlOperation operation) =>
        new($"The store did not answer {operation}.");
}
