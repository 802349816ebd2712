namespace Scheduler.Tests.Campaigns;

/// <summary>Waits that end when a token is cancelled, without an exception.</summary>
internal static class Waits
{
    public static async Task PauseAsync(this CancellationToken stop, double seconds)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, stop);
        }
        catch (OperationCanceledException) { }
    }

    public static Task WhenCancelled(this CancellationToken stop) => stop.PauseAsync(TimeSpan.FromDays(1).TotalSeconds);
}
