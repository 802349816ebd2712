namespace Scheduler.Core.Datasets;

/// <summary>The customer's dataset stayed locked by another process, or its file cannot be opened.</summary>
public sealed class DatasetUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
