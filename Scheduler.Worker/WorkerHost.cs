using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Telemetry;

namespace Scheduler.Worker;

/// <summary>Puts the worker together.</summary>
internal static class WorkerHost
{
    /// <summary>What workers are called in traces, metrics and logs.</summary>
    public const string ServiceName = "scheduler-worker";

    /// <summary>Registers everything but the pipelines.</summary>
    /// <exception cref="SettingException">A setting is missing or wrong.</exception>
    public static void AddWorker(this HostApplicationBuilder builder)
    {
        var settings = SettingsReader.Read(builder.Configuration);
        var options = new WorkerLoopOptions
        {
            WorkerId = WorkerIdentity.Create(settings.Name, Guid.NewGuid()),
            Concurrency = settings.Concurrency,
            PollInterval = settings.PollInterval,
            DrainGrace = settings.DrainGrace,
        };
        builder.Logging.AddWorkerLogging(settings);
        builder.AddTelemetry(settings.Telemetry, ServiceName, options.WorkerId);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(
            ShiftedTime.Create(builder.Configuration[ShiftedTime.Variable], builder.Environment.IsDevelopment())
        );
        builder.Services.AddSchedulerApi(settings);
        builder.Services.AddSingleton(services => new WorkerLoop(
            services.GetRequiredService<ISchedulerApi>(),
            services.GetRequiredService<IPipelineRunner>(),
            options,
            services.GetRequiredService<TimeProvider>(),
            new Random(),
            services.GetRequiredService<ILogger<WorkerLoop>>()
        ));
        builder.Services.AddHostedService<PollingWorker>();
        // The loop's drain ends by itself 2.5 s after the grace; the host must not cut it short.
        builder.Services.Configure<HostOptions>(host =>
            host.ShutdownTimeout = (settings.DrainGrace + NodaTime.Duration.FromSeconds(3)).ToTimeSpan()
        );
    }
}
