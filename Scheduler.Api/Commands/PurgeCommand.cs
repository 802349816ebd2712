using System.Globalization;
using Scheduler.Core.Audit;
using Scheduler.Core.Customers;

namespace Scheduler.Api.Commands;

/// <summary>The operator's command <c>customers purge {id} [--confirm]</c>: says what there is, and removes it when told so.</summary>
internal sealed record PurgeCommand(string CustomerId, bool IsConfirmed)
{
    private const string Confirm = "--confirm";

    private const int Refused = 1;

    /// <summary>Null when the arguments ask for something else.</summary>
    public static PurgeCommand? Read(string[] args) =>
        args switch
        {
            ["customers", "purge", var id] when id != Confirm => new(id, false),
            ["customers", "purge", var id, Confirm] => new(id, true),
            ["customers", "purge", Confirm, var id] => new(id, true),
            _ => null,
        };

    /// <returns>The process's exit code: 0 when it is done, or told what would be done.</returns>
    public async Task<int> RunAsync(IServiceProvider services, TextWriter output, TextWriter error)
    {
        var purging = services.GetRequiredService<Purging>();
        if (await purging.LookAsync(CustomerId, CancellationToken.None) is not { } inventory)
        {
            await error.WriteLineAsync($"There is no customer {CustomerId}.");
            return Refused;
        }
        await output.WriteLineAsync($"{CustomerId} is {inventory.Status}; dataset {inventory.DatasetId}.");
        foreach (var (table, rows) in inventory.Rows)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table, -28}{rows, 10:N0}"));
        }
        if (!inventory.MayBePurged)
        {
            await error.WriteLineAsync(
                inventory.RunningNow > 0
                    ? $"{inventory.RunningNow} of its runs are at work; wait for their end."
                    : "Only a CANCELLED customer can be purged."
            );
            return Refused;
        }
        if (!IsConfirmed)
        {
            await output.WriteLineAsync(
                $"Nothing was removed. Add {Confirm} to remove the dataset and all of these rows."
            );
            return 0;
        }
        var actor = new Actor(ActorKind.Operator, "customers purge", RequestId: null);
        if (!await purging.PurgeAsync(CustomerId, actor, CancellationToken.None))
        {
            await error.WriteLineAsync("The customer was changed meanwhile; it is still there.");
            return Refused;
        }
        await output.WriteLineAsync("Removed. The audit trail stays.");
        return 0;
    }
}
