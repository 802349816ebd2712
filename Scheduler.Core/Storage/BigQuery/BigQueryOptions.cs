namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Which BigQuery dataset keeps the data.</summary>
public sealed record BigQueryOptions
{
    public const string GoogleEndpoint = "https://bigquery.googleapis.com/";
    public const string DefaultDataset = "customers";
    public const string DefaultLocation = "US";

    /// <summary>The project that holds the dataset and pays for the jobs.</summary>
    public required string Project { get; init; }

    public string Dataset { get; init; } = DefaultDataset;

    /// <summary>Where the dataset is, e.g. <c>US</c> or <c>europe-west3</c>; it is made there when it is missing.</summary>
    public string Location { get; init; } = DefaultLocation;

    /// <summary>The address of the API. Plain HTTP is for an emulator on this host: no credentials are sent over it.</summary>
    public Uri Endpoint { get; init; } = new(GoogleEndpoint);

    /// <summary>Claims, heartbeats and results each send a script at most this often; what comes meanwhile is gathered.</summary>
    public TimeSpan FlushInterval { get; init; }

    /// <summary>Bytes; a statement that would read more fails unbilled. At least 10 MiB.</summary>
    public long MaximumBytesBilled { get; init; } = 100L << 30;
}
