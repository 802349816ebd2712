using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Aws;
using Scheduler.Core.Pipelines.Providers.Azure;
using Scheduler.Core.Pipelines.Providers.Claude;
using Scheduler.Core.Pipelines.Providers.Gcp;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Pipelines.Providers.OpenAi;

namespace Scheduler.Core.Pipelines.Providers;

/// <summary>Registers the adapters of the providers.</summary>
public static class ProviderRegistration
{
    /// <summary>Binds <c>Scheduler:Providers:*</c>; a wrong setting stops the start with one line that names it.</summary>
    public static IServiceCollection AddProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<ProviderOptions>()
            .Configure(options => ProviderSettings.Bind(options, configuration))
            .ValidateOnStart();
        services.AddSingleton(provider => new ProviderLimits(
            provider.GetService<IPaceApi>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<ProviderLimits>>() ?? NullLogger<ProviderLimits>.Instance
        ));
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<ProviderHttp>(provider, () => new Random())
        );
        services.AddSingleton<IAwsIdentity, ProcessIdentity>();
        services.AddSingleton<IExtractAdapter, OpenAiCostAdapter>();
        services.AddSingleton<IExtractAdapter, OpenAiUsageAdapter>();
        services.AddSingleton<IExtractAdapter, ClaudeCostAdapter>();
        services.AddSingleton<IExtractAdapter, ClaudeUsageAdapter>();
        services.AddSingleton<IExtractAdapter, CostExplorerAdapter>();
        services.AddSingleton<IExtractAdapter, DataExportAdapter>();
        services.AddSingleton<IExtractAdapter, CostQueryAdapter>();
        services.AddSingleton<IExtractAdapter, CostExportAdapter>();
        services.AddSingleton<IExtractAdapter, BigQuerySqlAdapter>();
        services.AddSingleton<IExtractAdapter, StorageExportAdapter>();
        services.AddSingleton<IExtractAdapter, SecurityFindingsAdapter>();
        services.AddSingleton<IExtractAdapter, PolicyStatesAdapter>();
        return services;
    }
}
