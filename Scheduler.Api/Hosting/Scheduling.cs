using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Credentials;
using Scheduler.Core.Customers;
using Scheduler.Core.Failpoints;
using Scheduler.Core.History;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.ProviderConfigs;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Security;
using Scheduler.Core.Security.Secrets;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Core.Subscriptions;
using Scheduler.Core.Team;
using Scheduler.Core.Usage;

namespace Scheduler.Api.Hosting;

/// <summary>Puts the scheduler together: engine, stores, and what decides on them.</summary>
internal static class Scheduling
{
    public static IServiceCollection AddScheduling(this IServiceCollection services, ApiOptions options)
    {
        services.AddStores(options);
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddSingleton<Random>(_ => new LockedRandom());
        services.AddSingleton<QueueSignal>();
        services.AddSingleton(new TriggerOptions());
        services.AddSingleton(
            new LeaseOptions
            {
                Lease = Duration.FromSeconds(options.LeaseSeconds),
                PollInterval = Duration.FromSeconds(options.QueuePollSeconds),
                FinishedRetention = Duration.FromDays(options.QueueRetentionDays),
                LatenessObjective = options.Alerts.LatenessObjective,
            }
        );
        services.AddSingleton(new PipelineLimits { MaxPerCustomer = options.MaxPipelinesPerCustomer });
        services.AddSingleton<Trigger>();
        services.AddSingleton<LeaseDesk>();
        services.AddSingleton<LeaseReaper>();
        services.AddSingleton<OpenWork>();
        services.AddSingleton<Onboarding>();
        services.AddSingleton<Profiles>();
        services.AddSingleton<PlanChanges>();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<KeyUses>();
        services.AddSingleton<Membership>();
        services.AddSingleton<Validation>();
        services.AddSingleton<UsageReading>();
        services.AddSingleton<Purging>();
        services.AddSingleton<PipelineRetirement>();
        services.AddSingleton<PipelinePausing>();
        services.AddSingleton<RunRequests>();
        services.AddSingleton<Backfills>();
        services.AddSingleton(new BackfillOptions { MaxOpen = options.MaxBackfillRuns });
        services.AddSingleton<BackfillFeed>();
        services.AddSingleton<Bulks>();
        services.AddSingleton<BulkWork>();
        services.AddSingleton<RequestedWork>();
        services.AddSingleton<RunCancelling>();
        services.AddSingleton<CredentialCheck>();
        services.AddSingleton<PipelineConfiguration>();
        services.AddSingleton<PipelineImport>();
        services.AddSingleton<CredentialKeeping>();
        services.AddSingleton<ProviderConfiguration>();
        services.AddSingleton<SecretRewrap>();
        services.AddSingleton(provider => new StatusReport(
            provider.GetRequiredService<AlertWatch>(),
            provider.GetRequiredService<AlertStore>(),
            options,
            provider.GetRequiredService<ILogger<StatusReport>>()
        ));
        services.AddAlerting(options);
        if (options.History is { } history)
        {
            services.AddSingleton(provider => new HistoryExport(
                provider.GetRequiredService<ISqlEngine>(),
                provider.GetRequiredService<OperationClock>(),
                new BigQueryEngine(
                    history,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<Random>()
                )
            ));
        }
        return services;
    }

    private static void AddStores(this IServiceCollection services, ApiOptions options)
    {
        services.AddSingleton(provider =>
            FailpointEngine.Around(
                StorageEngines.Create(
                    options.Storage,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<Random>()
                ),
                provider.GetRequiredService<IFailpoints>()
            )
        );
        if (options.Storage.Provider == StorageProvider.Postgres)
        {
            services.AddHostedService(provider => new PostgresNotices(
                provider.GetRequiredService<ISqlEngine>() is FailpointEngine { Inner: PostgresEngine inner }
                    ? inner
                    : (PostgresEngine)provider.GetRequiredService<ISqlEngine>(),
                provider.GetRequiredService<QueueSignal>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PostgresNotices>>()
            ));
        }
        services.AddSingleton(provider => new OperationClock(provider.GetRequiredService<ISqlEngine>()));
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<QueueStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<PipelineConfigStore>();
        services.AddSingleton<BackfillStore>();
        services.AddSingleton<BulkStore>();
        services.AddSingleton<CustomerStore>();
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<ProviderConfigStore>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<TeamMemberStore>();
        services.AddSingleton<PurgeStore>();
        services.AddSingleton<StatusStore>();
        services.AddSingleton<OverviewStore>();
        services.AddSingleton<DutyStore>();
        services.AddSingleton<IPaceStore>(provider =>
            provider.GetRequiredService<ISqlEngine>() is { ReadsAreCharged: false } engine
                ? new SqlPaceStore(engine, provider.GetRequiredService<OperationClock>())
                : new ProcessPaceStore(provider.GetRequiredService<TimeProvider>())
        );
        services.AddSingleton<PaceDesk>();
        services.AddSingleton<QuotaAlerts>();
        services.AddSingleton<ApiKeyStore>();
        services.AddApiKeyDirectory(provider => new GatheredApiKeyDirectory(
            provider.GetRequiredService<ApiKeyStore>()
        ));
        services.AddSingleton<IReadinessProbe, StoreReadiness>();
    }
}
