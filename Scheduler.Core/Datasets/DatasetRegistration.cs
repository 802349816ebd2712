using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Datasets.DuckDb;

namespace Scheduler.Core.Datasets;

/// <summary>Registers the datasets of the provider that the settings name.</summary>
internal static class DatasetRegistration
{
    public static IServiceCollection AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton<DatasetFiles>();
        services.AddSingleton(provider => new BigQueryDatasets(
            provider.GetRequiredService<IOptions<DatasetOptions>>().Value.BigQuery
                ?? throw new InvalidOperationException("The datasets are not in BigQuery."),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>()
        ));
        return services
            .AddFor<IDatasetCatalog, DuckDbDatasetCatalog, BigQueryDatasetCatalog>()
            .AddFor<IDatasetWriter, DuckDbDatasetWriter, BigQueryDatasetWriter>()
            .AddFor<IDatasetReader, DuckDbDatasetReader, BigQueryDatasetReader>();
    }

    private static IServiceCollection AddFor<TService, TDuckDb, TBigQuery>(this IServiceCollection services)
        where TService : class
        where TDuckDb : class, TService
        where TBigQuery : class, TService =>
        services.AddSingleton<TService>(provider =>
            provider.GetRequiredService<IOptions<DatasetOptions>>().Value.Provider switch
            {
                DatasetProvider.BigQuery => ActivatorUtilities.CreateInstance<TBigQuery>(provider),
                _ => ActivatorUtilities.CreateInstance<TDuckDb>(provider),
            }
        );
}
