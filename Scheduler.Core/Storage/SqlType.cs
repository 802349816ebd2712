namespace Scheduler.Core.Storage;

/// <summary>What an argument is, whether it has a value or not: a prepared script is bound to it.</summary>
public enum SqlType
{
    Text,
    Integer,
    Bool,
    Bytes,

    /// <summary>A point in time, whole microseconds.</summary>
    Instant,

    Date,

    /// <summary>A list of records, one JSON array.</summary>
    Rows,
}
