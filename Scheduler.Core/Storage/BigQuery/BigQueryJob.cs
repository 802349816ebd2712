namespace Scheduler.Core.Storage.BigQuery;

/// <summary>What jobs.get tells of a job.</summary>
internal sealed record BigQueryJob
{
    public BigQueryJobReference? JobReference { get; init; }
    public JobStatus? Status { get; init; }
    public JobStatistics? Statistics { get; init; }

    internal sealed record JobStatus
    {
        public string? State { get; init; }
        public BigQueryError? ErrorResult { get; init; }
    }

    internal sealed record JobStatistics
    {
        /// <summary>The statements of a script; none for a single one.</summary>
        public int NumChildJobs { get; init; }
        public QueryStatistics? Query { get; init; }
    }

    internal sealed record QueryStatistics
    {
        public long TotalBytesBilled { get; init; }
    }
}
