using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Files;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Core.Pipelines;

/// <summary>Registers everything that executing pipelines takes.</summary>
public static class PipelineRegistration
{
    /// <summary>
    /// Binds <c>Scheduler:Datasets:*</c>, <c>Scheduler:Files:*</c>, <c>Scheduler:AllowProbe</c>,
    /// <c>Scheduler:Templates:Path</c>, <c>Scheduler:Secrets:*</c>, <c>WORKER_ID</c> and what tests set. They are checked when the host
    /// starts: a wrong one stops it with one line that names it.
    /// </summary>
    public static IServiceCollection AddPipelines(
        this IServiceCollection services,
        IConfiguration configuration,
        IHostEnvironment environment
    )
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Random>(new LockedRandom());
        services.AddSingleton<IValidateOptions<DatasetOptions>, PipelineSettings>();
        services.AddSingleton<IValidateOptions<FilesOptions>, PipelineSettings>();
        services.AddSingleton<IValidateOptions<PipelineOptions>>(provider => new PipelineStartup(
            provider.GetServices<IExtractAdapter>(),
            configuration,
            environment
        ));
        services
            .AddOptions<DatasetOptions>()
            .Configure(options => PipelineSettings.Bind(options, configuration))
            .ValidateOnStart();
        services
            .AddOptions<FilesOptions>()
            .Configure(options => PipelineSettings.Bind(options, configuration))
            .ValidateOnStart();
        services
            .AddOptions<PipelineOptions>()
            .Configure(options => PipelineSettings.Bind(options, configuration, environment))
            .ValidateOnStart();
        services.AddSingleton<IFailpoints>(provider =>
            FailpointSetting.Create(
                configuration[FailpointSetting.Variable],
                environment.IsDevelopment(),
                provider.GetRequiredService<TimeProvider>()
            )
        );
        services.AddSingleton<IHostResolver, SystemResolver>();
        services.AddSingleton<IDialer, TcpDialer>();
        services.AddSingleton<GuardedHttp>();
        services.AddSingleton<TenantFiles>();
        services.AddSingleton<RemoteFiles>();
        services.AddSingleton<IExtractAdapter, FocusFileAdapter>();
        services.AddProviders(configuration);
        services.AddSingleton(provider =>
            TemplateCatalog.Load(
                provider.GetRequiredService<IOptions<PipelineOptions>>().Value.TemplatesPath,
                [.. provider.GetServices<IExtractAdapter>()]
            )
        );
        services.AddHostedService<RunFolderSweep>();
        services.AddDatasets();
        services.AddSecrets(configuration);
        services.AddSingleton<RunCredential>();
        services.AddSingleton<CostRun>();
        services.AddSingleton<ProbeRun>();
        services.AddSingleton<PipelineRunner>();
        services.AddSingleton(provider =>
            JournalledRuns.Around(
                provider.GetRequiredService<PipelineRunner>(),
                configuration[RunJournal.Variable],
                environment.IsDevelopment()
            )
        );
        return services;
    }
}
