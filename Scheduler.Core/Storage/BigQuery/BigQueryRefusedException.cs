namespace Scheduler.Core.Storage.BigQuery;

/// <summary>BigQuery refused a script for good: nothing of it was done. Its own words are left out: they may quote values.</summary>
public sealed class BigQueryRefusedException : Exception
{
    public BigQueryRefusedException() { }

    public BigQueryRefusedException(string message)
        : base(message) { }

    public BigQueryRefusedException(string message, Exception innerException)
        : base(message, innerException) { }
}
