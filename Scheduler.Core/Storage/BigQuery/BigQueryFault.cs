namespace Scheduler.Core.Storage.BigQuery;

/// <summary>What an error asks of the caller.</summary>
internal enum BigQueryFault
{
    /// <summary>Whether it was done is unknown, or it surely was not: the same request again, under the same id.</summary>
    AskAgain,

    /// <summary>The job itself failed and did nothing; another job may succeed.</summary>
    NewJob,

    /// <summary>The job id is taken: this very job was sent before.</summary>
    Duplicate,

    /// <summary>Access, billing, quota, a dataset that is not there: an operator must mend it.</summary>
    Outage,

    /// <summary>The job was stopped, by its time limit or by somebody; whether its transaction was committed before is not told.</summary>
    Stopped,

    /// <summary>The script itself is refused.</summary>
    Refused,
}
