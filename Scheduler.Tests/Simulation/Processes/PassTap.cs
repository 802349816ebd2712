using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>Passes a trigger's scripts on, and learns by what time it decides.</summary>
internal sealed class PassTap(ISqlEngine inner) : ISqlEngine
{
    public Instant? Now { get; private set; }

    public string Dialect => inner.Dialect;

    public Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        if (operation == new SqlOperation("scheduling", "list_due"))
        {
            Now = (Instant)arguments.Values.Single(argument => argument.Name == "now").Value!;
        }
        return inner.RunAsync(operation, arguments, map, cancellationToken);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
