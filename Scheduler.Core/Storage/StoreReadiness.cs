namespace Scheduler.Core.Storage;

/// <summary>Ready when the store answers the smallest question there is.</summary>
public sealed class StoreReadiness(ISqlEngine engine) : IReadinessProbe
{
    public string Name => "store";

    /// <inheritdoc/>
    public async ValueTask<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await engine.RunAsync(new("clock", "now"), new SqlArguments(), row => row.At("now"), cancellationToken);
            return null;
        }
        catch (StorageUnavailableException)
        {
            return "cannot be reached";
        }
    }
}
