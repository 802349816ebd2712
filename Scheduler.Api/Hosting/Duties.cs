using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Duties;
using Scheduler.Core.Execution;
using Scheduler.Core.History;
using Scheduler.Core.Identifiers;
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

    // Where every look is charged. Parked items and audit entries are taken care of when they arise, and only what was missed then is left
    // to the duties; the limits that the others watch are days.
    private static readonly TimeSpan ChargedRelease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ChargedSweep = TimeSpan.FromHours(1);

    /// <summary>A bulk is begun, and a backfill's next runs are made, so long after the last ones have ended at most.</summary>
    private static readonly TimeSpan Feed = TimeSpan.FromSeconds(2);

    /// <summary>Collectors ask once a minute and more often.</summary>
    private static readonly TimeSpan Figures = TimeSpan.FromSeconds(15);

    /// <summary>The last run before a rest may fire an alert, and is told of two minutes after its end.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(15);

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
                Always(TimeSpan.FromSeconds(options.TickSeconds)),
                (trigger, token) => trigger.RunAsync(new TriggerRequest(), token),
                // What is due becomes so by time alone.
                isIdleWithoutWork: false,
                following: HearOfTriggers
            );
        }
        services.AddLedDuty<LeaseReaper>(
            process,
            ("lost_leases", "The search for lost leases"),
            Always(TimeSpan.FromSeconds(options.LeaseSeconds / 3.0)),
            (reaper, token) => reaper.ReapAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("parked_items", "The release of parked items"),
            (Release, ChargedRelease),
            (reaper, token) => reaper.ReleaseAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("overdue_items", "The end of overdue items"),
            (Sweep, ChargedSweep),
            (reaper, token) => reaper.SkipOverdueAsync(token)
        );
        services.AddLedDuty<LeaseReaper>(
            process,
            ("finished_items", "The purge of finished items"),
            (Sweep, ChargedSweep),
            (reaper, token) => reaper.PurgeAsync(token)
        );
        services.AddLedDuty<RequestedWork>(
            process,
            ("requested_work", "The work on bulks and backfills"),
            (Feed, ChargedRelease),
            (work, token) => work.RunAsync(token)
        );
        services.AddLedDuty<QuotaAlerts>(
            process,
            ("quota_alerts", "The end of quota alerts"),
            (Sweep, ChargedSweep),
            (alerts, token) => alerts.ResolveAsync(token)
        );
        services.AddLedDuty<StatusReport>(
            process,
            ("alerts", "The watch over alerts"),
            (Release, ChargedRelease),
            (report, token) => report.RunAsync(token),
            linger: LastWords
        );
        if (options.Alerts.Email is not null)
        {
            services.AddLedDuty<RunMailing>(
                process,
                ("run_mails", "The look for outcomes to be told"),
                (Release, ChargedRelease),
                (mailing, token) => mailing.RunAsync(token),
                linger: LastWords
            );
        }
        services.AddDeliveries(options.Alerts);
        services.AddLedDuty<AuditChaining>(
            process,
            ("audit_chains", "The audit chains"),
            (Release, ChargedSweep),
            (chaining, token) => chaining.ExtendAsync(token)
        );
        if (options.History is not null)
        {
            services.AddLedDuty<HistoryExport>(
                process,
                ("history_export", "The export of the history"),
                Always(Sweep),
                (export, token) => export.RunAsync(token)
            );
        }
        services.AddDuty(
            "The counts of refused calls",
            _ => Release,
            provider =>
                token =>
                    provider
                        .GetRequiredService<RefusalLedger>()
                        .FlushAsync(provider.GetRequiredService<IClock>().GetCurrentInstant(), token)
        );
        if (options.Telemetry.OtlpEndpoint is not null)
        {
            // Of its own for each process: each sends what it has seen.
            services.AddDuty(
                "The figures for the collector",
                _ => Figures,
                provider => _ => provider.GetRequiredService<StatusWatch>().LookAsync(Figures / 2),
                // Where looks are charged, nothing is told while nothing is open.
                isIdleWithoutWork: options.Storage.Provider == StorageProvider.BigQuery
            );
        }
        services.AddDuty(
            "The note of used keys",
            _ => KeyNotes,
            provider => token => provider.GetRequiredService<KeyUses>().WriteAsync(token)
        );
        return services;
    }

    /// <summary>Every process sends, each sink by itself: what one takes no other one does, and a slow sink holds up nobody.</summary>
    private static void AddDeliveries(this IServiceCollection services, AlertOptions alerts)
    {
        IReadOnlyList<SinkKind> kinds =
        [
            .. alerts.Sinks,
            .. alerts.Email is not null ? [SinkKind.PipelineEmail] : Array.Empty<SinkKind>(),
        ];
        foreach (var kind in kinds)
        {
            services.AddDuty(
                $"The sink {Wire.Name(kind)}",
                _ => Sending,
                provider =>
                {
                    var round = new DeliveryRound(
                        provider.GetServices<IDeliverySink>().Single(sink => sink.Kind == kind),
                        provider.GetRequiredService<AlertStore>(),
                        provider.GetRequiredService<IIdSource>(),
                        provider.GetRequiredService<DeliverySignal>(),
                        provider.GetRequiredService<TimeProvider>(),
                        provider.GetRequiredService<ILogger<DeliveryRound>>()
                    );
                    return round.RunAsync;
                }
            );
        }
    }

    /// <summary>
    /// Where looks are charged, a process that another one triggers for would never look: it takes each of the other's turns for a trigger,
    /// or work that the other has queued would wait for ever for workers that ask here.
    /// </summary>
    private static Action? HearOfTriggers(IServiceProvider provider) =>
        provider.GetRequiredService<QueueStore>().ReadsAreCharged
            ? provider.GetRequiredService<QueueSignal>().Hear
            : null;

    private static (TimeSpan Free, TimeSpan Charged) Always(TimeSpan interval) => (interval, interval);

    /// <summary>What one process does for all of them.</summary>
    private static void AddLedDuty<T>(
        this IServiceCollection services,
        string process,
        (string Word, string Name) duty,
        (TimeSpan Free, TimeSpan Charged) interval,
        Func<T, CancellationToken, Task> action,
        bool isIdleWithoutWork = true,
        Func<IServiceProvider, Action?>? following = null,
        TimeSpan linger = default
    )
        where T : notnull
    {
        services.AddDuty(
            duty.Name,
            IntervalOf,
            provider => token => action(provider.GetRequiredService<T>(), token),
            provider => new Leadership(
                provider.GetRequiredService<DutyStore>(),
                duty.Word,
                process,
                Duration.FromTimeSpan(LeaseOf(IntervalOf(provider))),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Leadership>>()
            ),
            isIdleWithoutWork,
            following,
            linger
        );

        TimeSpan IntervalOf(IServiceProvider provider) =>
            provider.GetRequiredService<QueueStore>().ReadsAreCharged ? interval.Charged : interval.Free;
    }

    private static TimeSpan LeaseOf(TimeSpan interval) => 2 * interval < ShortestLease ? ShortestLease : 2 * interval;

    private static void AddDuty(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, TimeSpan> interval,
        Func<IServiceProvider, Func<CancellationToken, Task>> action,
        Func<IServiceProvider, Leadership>? leadership = null,
        bool isIdleWithoutWork = false,
        Func<IServiceProvider, Action?>? following = null,
        TimeSpan linger = default
    ) =>
        services.AddSingleton<IHostedService>(provider => new Duty(
            name,
            interval(provider),
            action(provider),
            leadership?.Invoke(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Duty>>(),
            isIdleWithoutWork ? provider.GetRequiredService<OpenWork>() : null,
            following?.Invoke(provider),
            linger
        ));
}
