namespace Scheduler.Core.Datasets;

/// <summary>
/// The customer's dataset cannot be used now: its file stayed locked by another process or cannot be opened, or BigQuery cannot be
/// reached, refuses access, or stayed busy beyond every retry.
/// </summary>
public class DatasetUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
