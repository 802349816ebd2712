using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>The database as one who sits beside it has it: every script at once, and no fault.</summary>
internal sealed class DirectStore(StoreServer server) : ISqlEngine
{
    public string Dialect => server.Engine.Dialect;

    public Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    ) => Task.FromResult(server.Run(operation, arguments, map));

    public Task MigrateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
