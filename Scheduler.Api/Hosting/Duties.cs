using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Duties;
using Scheduler.Core.Execution;
using Scheduler.Core.History;
using Scheduler.Core.Queue;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>What the process does without being asked.</summary>
internal static class Duties
{
    private static readonly TimeSpan Release = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeyNotes = TimeSpan.FromMinutes(1);

    /// <summary>A lease outlasts the wait for the next pass, and a clock that stops for a moment.</summary>
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(3);

    public static IServiceCollection AddDuties(this IServiceCollection services, ApiOptions options)
    {
        var process = WorkerIdentity.Create("api", Guid.NewGuid());
        if (options.Tick)
        {
            services.AddLedDuty<Trigger>(
                process,
                ("trigger", "The trigger"),
                TimeSpan.FromSeconds(options.TickSeconds),
                (trigger, token) => trigger.RunAsync(new TriggerRequest(), token),
                // What is due becomes so by time alone.
                isIdleWithoutWork: false
            );
        }
        services.AddLedDuty<LeaseReaper>(
            process,
            ("lost_leases", "The search for lost leases"),
            TimeSpan.FromSeconds(options.LeaseSeconds / 3.0),
            (reaper, token) => reaper.ReapAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("parked_items", "The release of parked items"),
            Release,
            (reaper, token) => reaper.ReleaseAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("overdue_items", "The end of overdue items"),
            Sweep,
            (reaper, token) => reaper.SkipOverdueAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("finished_items", "The purge of finished items"),
            Sweep,
            (reaper, token) => reaper.PurgeAsync(token)
        );
        services.AddLedDuty<QuotaAlerts>(
            process,
            ("quota_alerts", "The end of quota alerts"),
            Sweep,
            (alerts, token) => alerts.ResolveAsync(token)
        );
        services.AddLedDuty<AuditChaining>(
            process,
            ("audit_chains", "The audit chains"),
            Release,
            (chaining, token) => chaining.ExtendAsync(token)
        );
        if (options.History is not null)
        {
            services.AddLedDuty<HistoryExport>(
                process,
                ("history_export", "The export of the history"),
                Sweep,
                (export, token) => export.RunAsync(token)
            );
        }
        services.AddDuty(
            "The counts of refused calls",
            Release,
            provider =>
                token =>
                    provider
                        .GetRequiredService<RefusalLedger>()
                        .FlushAsync(provider.GetRequiredService<IClock>().GetCurrentInstant(), token)
        );
        services.AddDuty(
            "The note of used keys",
            KeyNotes,
            provider => token => provider.GetRequiredService<KeyUses>().WriteAsync(token)
        );
        return services;
    }

    /// <summary>What one process does for all of them.</summary>
    private static void AddLedDuty<T>(
        this IServiceCollection services,
        string process,
        (string Word, string Name) duty,
        TimeSpan interval,
        Func<T, CancellationToken, Task> action,
        bool isIdleWithoutWork = true
    )
        where T : notnull
    {
        var lease = 2 * interval < ShortestLease ? ShortestLease : 2 * interval;
        services.AddDuty(
            duty.Name,
            interval,
            provider => token => action(provider.GetRequiredService<T>(), token),
            provider => new Leadership(
                provider.GetRequiredService<DutyStore>(),
                duty.Word,
                process,
                Duration.FromTimeSpan(lease),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Leadership>>()
            ),
            isIdleWithoutWork
        );
    }

    private static void AddDuty(
        this IServiceCollection services,
        string name,
        TimeSpan interval,
        Func<IServiceProvider, Func<CancellationToken, Task>> action,
        Func<IServiceProvider, Leadership>? leadership = null,
        bool isIdleWithoutWork = false
    ) =>
        services.AddSingleton<IHostedService>(provider => new Duty(
            name,
            interval,
            action(provider),
            leadership?.Invoke(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Duty>>(),
            isIdleWithoutWork ? provider.GetRequiredService<OpenWork>() : null
        ));
}
