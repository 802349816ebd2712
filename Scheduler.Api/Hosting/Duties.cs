using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security;

namespace Scheduler.Api.Hosting;

/// <summary>What the process does without being asked.</summary>
internal static class Duties
{
    private static readonly TimeSpan Release = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeyNotes = TimeSpan.FromMinutes(1);

    public static IServiceCollection AddDuties(this IServiceCollection services, ApiOptions options)
    {
        if (options.Tick)
        {
            services.AddDuty<Trigger>(
                "The trigger",
                TimeSpan.FromSeconds(options.TickSeconds),
                (trigger, cancellation) => trigger.RunAsync(new TriggerRequest(), cancellation)
            );
        }
        var reap = TimeSpan.FromSeconds(options.LeaseSeconds / 3.0);
        services.AddDuty<LeaseReaper>("The search for lost leases", reap, (reaper, token) => reaper.ReapAsync(token));
        services.AddDuty<LeaseReaper>(
            "The release of parked items",
            Release,
            (reaper, token) => reaper.ReleaseAsync(token)
        );
        services.AddDuty<LeaseReaper>(
            "The end of overdue items",
            Sweep,
            (reaper, token) => reaper.SkipOverdueAsync(token)
        );
        services.AddDuty<LeaseReaper>(
            "The purge of finished items",
            Sweep,
            (reaper, token) => reaper.PurgeAsync(token)
        );
        services.AddDuty<QuotaAlerts>("The end of quota alerts", Sweep, (alerts, token) => alerts.ResolveAsync(token));
        services.AddDuty<AuditChaining>("The audit chains", Release, (chaining, token) => chaining.ExtendAsync(token));
        services.AddSingleton<IHostedService>(provider => new Duty(
            "The counts of refused calls",
            Release,
            token =>
                provider
                    .GetRequiredService<RefusalLedger>()
                    .FlushAsync(provider.GetRequiredService<IClock>().GetCurrentInstant(), token),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Duty>>()
        ));
        services.AddDuty<KeyUses>("The note of used keys", KeyNotes, (uses, token) => uses.WriteAsync(token));
        return services;
    }

    private static void AddDuty<T>(
        this IServiceCollection services,
        string name,
        TimeSpan interval,
        Func<T, CancellationToken, Task> action
    )
        where T : notnull =>
        services.AddSingleton<IHostedService>(provider => new Duty(
            name,
            interval,
            cancellation => action(provider.GetRequiredService<T>(), cancellation),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Duty>>()
        ));
}
