using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Api.Settings;

/// <summary>Reads to which BigQuery dataset the history is exported; none while no project is named.</summary>
internal static class HistorySettings
{
    private const string Project = "Scheduler__History__BigQuery__Project";
    private const string Dataset = "Scheduler__History__BigQuery__Dataset";
    private const string Location = "Scheduler__History__BigQuery__Location";
    private const string Endpoint = "Scheduler__History__BigQuery__Endpoint";

    public static BigQueryOptions? Read(SettingsReader read, StorageProvider provider)
    {
        if (read.Text(Project) is null)
        {
            if (new[] { Dataset, Location, Endpoint }.FirstOrDefault(name => read.Text(name) is not null) is { } other)
            {
                read.Refuse(Project, $"is missing while {other} is there.");
            }
            return null;
        }
        if (provider == StorageProvider.BigQuery)
        {
            read.Refuse(Project, "is for the other stores: with BigQuery the history is there already.");
        }
        return BigQuerySettings.ReadPlace(read, (Project, Dataset, Location, Endpoint));
    }
}
