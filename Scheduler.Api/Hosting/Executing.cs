using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Queue;
using Scheduler.Core.Security.Secrets;

namespace Scheduler.Api.Hosting;

/// <summary>Running pipelines in this very process: the embedded worker and inline execution, both over the lease protocol.</summary>
internal static class Executing
{
    /// <summary>The process ends this long after it was asked to at the latest: the drains' grace, 2.5 s for reports, and some.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(8);

    private static readonly Duration DrainGrace = WorkerLoopOptions.DefaultDrainGrace;

    public static IServiceCollection AddExecuting(
        this IServiceCollection services,
        ApiOptions options,
        IConfiguration configuration,
        IHostEnvironment environment
    )
    {
        services.AddPipelines(configuration, environment);
        services.PostConfigure<SecretOptions>(secrets =>
        {
            secrets.KeyFile ??= Path.Combine(
                Path.GetDirectoryName(AdminKeyFile.PathFor(options.Storage))!,
                "credentials.key"
            );
            secrets.MakesKeyFile = true;
        });
        services.AddSingleton<ISchedulerApi, LeaseDeskApi>();
        services.AddSingleton<IPaceApi, PaceDeskApi>();
        services.AddSingleton(provider => new InlineExecution(
            provider.GetRequiredService<ISchedulerApi>(),
            provider.GetRequiredService<IPipelineRunner>(),
            new InlineExecutionOptions { ExecutorId = Name("inline"), DrainGrace = DrainGrace },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetRequiredService<ILogger<InlineExecution>>()
        ));
        services.AddSingleton<InlineQueue>();
        services.AddHostedService<InlineDrain>();
        if (options.EmbeddedWorker)
        {
            services.AddEmbeddedWorker(options);
        }
        services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = ShutdownLimit;
            host.ServicesStopConcurrently = true;
        });
        return services;
    }

    private static void AddEmbeddedWorker(this IServiceCollection services, ApiOptions options)
    {
        var loop = new WorkerLoopOptions
        {
            WorkerId = Name("embedded"),
            Concurrency = options.EmbeddedWorkerConcurrency,
            DrainGrace = DrainGrace,
        };
        services.AddSingleton(loop);
        services.AddSingleton(provider => new WorkerLoop(
            provider.GetRequiredService<ISchedulerApi>(),
            provider.GetRequiredService<IPipelineRunner>(),
            loop,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Random>(),
            provider.GetRequiredService<ILogger<WorkerLoop>>()
        ));
        services.AddHostedService<EmbeddedWorker>();
    }

    private static string Name(string role) => WorkerIdentity.Create(role, Guid.NewGuid());
}
