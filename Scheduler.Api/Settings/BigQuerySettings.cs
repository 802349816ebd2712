using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Settings;

/// <summary>Reads which BigQuery dataset keeps the scheduler's tables.</summary>
internal static class BigQuerySettings
{
    private const string Project = "Scheduler__Storage__BigQuery__Project";
    private const string Dataset = "Scheduler__Storage__BigQuery__Dataset";
    private const string Location = "Scheduler__Storage__BigQuery__Location";
    private const string Endpoint = "Scheduler__Storage__BigQuery__Endpoint";
    private const string FlushSeconds = "Scheduler__Storage__BigQuery__FlushSeconds";
    private const string MaxGigabytes = "Scheduler__Storage__BigQuery__MaxGigabytesPerJob";

    public static BigQueryOptions Read(SettingsReader read) =>
        ReadPlace(read, (Project, Dataset, Location, Endpoint)) with
        {
            FlushInterval = TimeSpan.FromSeconds(read.Whole(FlushSeconds, 1, 0, 60)),
            MaximumBytesBilled = (long)read.Whole(MaxGigabytes, 100, 1, 100_000) << 30,
        };

    /// <summary>Which dataset it is, by settings of the given names.</summary>
    public static BigQueryOptions ReadPlace(
        SettingsReader read,
        (string Project, string Dataset, string Location, string Endpoint) names
    )
    {
        var project = read.Text(names.Project) ?? "";
        if (!BigQueryForms.IsProject(project))
        {
            read.Refuse(names.Project, BigQueryForms.ProjectRule);
        }
        var dataset = read.Text(names.Dataset) ?? BigQueryOptions.DefaultDataset;
        if (!BigQueryForms.IsDataset(dataset))
        {
            read.Refuse(names.Dataset, BigQueryForms.DatasetRule);
        }
        var location = read.Text(names.Location) ?? BigQueryOptions.DefaultLocation;
        if (!BigQueryForms.IsLocation(location))
        {
            read.Refuse(names.Location, BigQueryForms.LocationRule);
        }
        var endpoint = BigQueryForms.Endpoint(read.Text(names.Endpoint) ?? BigQueryOptions.GoogleEndpoint);
        if (endpoint is null)
        {
            read.Refuse(names.Endpoint, BigQueryForms.EndpointRule);
        }
        return new BigQueryOptions
        {
            Project = project,
            Dataset = dataset,
            Location = location,
            Endpoint = endpoint ?? new Uri(BigQueryOptions.GoogleEndpoint),
        };
    }
}
