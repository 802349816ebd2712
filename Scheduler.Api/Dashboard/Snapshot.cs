namespace Scheduler.Api.Dashboard;

/// <summary>
/// Something that is dear to read and may be a little old, kept in the process: however many look, it is read once a while. What is older
/// than fresh but still usable is answered at once and read anew behind it. Safe for concurrent use.
/// </summary>
/// <param name="read">Reads it; not bound to any request.</param>
/// <param name="fresh">For this long nobody reads it again.</param>
/// <param name="usable">Who finds it older than this waits for a new one.</param>
internal sealed class Snapshot<T>(Func<Task<T>> read, TimeSpan fresh, TimeSpan usable, TimeProvider time)
    where T : class
{
    private readonly Lock gate = new();
    private T? value;
    private long readAt;
    private Task<T>? reading;

    /// <summary>Throws what reading throws, unless there is something usable.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var age = time.GetElapsedTime(readAt);
            if (value is not null && age < fresh)
            {
                return Task.FromResult(value);
            }
            reading = reading is { IsCompleted: false } ? reading : ReadAsync();
            return value is not null && age < usable ? Task.FromResult(value) : reading.WaitAsync(cancellationToken);
        }
    }

    private async Task<T> ReadAsync()
    {
        var started = time.GetTimestamp();
        // Yields: the caller holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var found = await read();
        lock (gate)
        {
            (value, readAt) = (found, started);
        }
        return found;
    }
}
