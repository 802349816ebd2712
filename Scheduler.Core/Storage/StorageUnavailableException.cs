namespace Scheduler.Core.Storage;

/// <summary>The store cannot be reached or is too busy; the same call may work a moment later.</summary>
public sealed class StorageUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
