namespace Scheduler.Core.Storage;

/// <summary>
/// More waits for the store than it can take in good time, so this was not taken, and nothing was changed. The API answers 429
/// with Retry-After; workers wait and try again.
/// </summary>
public sealed class StoreBusyException : Exception
{
    public StoreBusyException()
        : base("Too much waits for the store already.") { }

    public StoreBusyException(string message)
        : base(message) { }

    public StoreBusyException(string message, Exception innerException)
        : base(message, innerException) { }
}
