using NUnit.Framework;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>Waits for something that can be observed, up to a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    /// <summary>Looks again and again until the answer is not null; fails the test after 30 s, or what is given.</summary>
    /// <param name="what">Completes the sentence "Waited in vain until …".</param>
    public static async Task<T> SeenAsync<T>(string what, Func<Task<T?>> look, TimeSpan? patience = null)
        where T : class
    {
        var most = patience ?? UsualPatience;
        return await LookAsync(look, most)
            ?? throw new AssertionException($"Waited in vain, for {most.TotalSeconds} s, until {what}.");
    }

    /// <summary>Whether it becomes true in that time.</summary>
    public static async Task<bool> IsTrueAsync(Func<bool> look, TimeSpan within) =>
        await LookAsync(() => Task.FromResult(look() ? string.Empty : null), within) is not null;

    public static Task TrueAsync(string what, Func<Task<bool>> look, TimeSpan? patience = null) =>
        SeenAsync<object>(what, async () => await look() ? string.Empty : null, patience);

    public static Task TrueAsync(string what, Func<bool> look) => TrueAsync(what, () => Task.FromResult(look()));

    /// <returns>Null when it was not seen in that time.</returns>
    private static async Task<T?> LookAsync<T>(Func<Task<T?>> look, TimeSpan within)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } seen)
            {
                return seen;
            }
            if (TimeProvider.System.GetElapsedTime(started) > within)
            {
                return null;
            }
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
