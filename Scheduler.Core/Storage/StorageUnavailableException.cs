namespace Scheduler.Core.Storage;

/// <summary>
/// The store cannot be reached, or stayed busy beyond every retry: a state of the infrastructure that passes. The API
/// answers 503 with Retry-After; workers wait and try again.
/// </summary>
public class StorageUnavailableException : Exception
{
    public StorageUnavailableException() { }

    public StorageUnavailableException(string message)
        : base(message) { }

    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException) { }
}
