namespace Scheduler.Core.Storage.BigQuery;

/// <summary>What jobs.cancel answers, at once: the job as it stands, which may go on for a while.</summary>
internal sealed record BigQueryCancel
{
    public BigQueryJob? Job { get; init; }
}
