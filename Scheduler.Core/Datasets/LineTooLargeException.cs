namespace Scheduler.Core.Datasets;

/// <summary>One line of a source is larger than the customer's dataset takes in one piece.</summary>
public sealed class LineTooLargeException(int mostBytes)
    : Exception($"A line takes more than {mostBytes} bytes, the most that a dataset in BigQuery is sent at once.");
