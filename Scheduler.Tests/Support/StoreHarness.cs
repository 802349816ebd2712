using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Quotas;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Subscriptions;
using Scheduler.Core.Team;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Tests.Support;

/// <summary>The stores and what stands on them, over one engine and on virtual time. Begins on 2026-03-02T10:00:00Z, a Monday.</summary>
internal sealed class StoreHarness
{
    public static readonly Instant Start = Instant.FromUtc(2026, 3, 2, 10, 0);

    public StoreHarness(ISqlEngine engine, LeaseOptions? leases = null, IIdSource? ids = null)
    {
        Engine = engine;
        Ids = ids ?? new RandomIdSource();
        Leases = leases ?? new LeaseOptions();
        Clock = new OperationClock(engine, Time.ToClock());
        Schedules = new ScheduleStore(engine);
        Queue = new QueueStore(engine, Clock);
        Runs = new RunStore(engine, Clock);
        Configs = new PipelineConfigStore(engine);
        Customers = new CustomerStore(engine, Clock);
        Credentials = new CredentialStore(engine);
        ProviderConfigs = new ProviderConfigStore(engine);
        Keys = new ApiKeyStore(engine, Clock);
        KnownKeys = new CachedApiKeyDirectory(new GatheredApiKeyDirectory(Keys), Time);
        Team = new Membership(new TeamMemberStore(engine), KnownKeys, Clock, Ids);
        Plans = new PlanChanges(new SubscriptionStore(engine), Customers, KnownKeys, Signal, Clock, Ids);
        Profiles = new Profiles(Customers, KnownKeys, Signal, Clock, Ids);
        Trigger = new Trigger(
            Schedules,
            Clock,
            Ids,
            new TriggerOptions(),
            Signal,
            Time,
            new NoFailpoints(),
            NullLogger<Trigger>.Instance
        );
        Desk = new LeaseDesk(Queue, Ids, Leases, Signal, Time, new Random(7), NullLogger<LeaseDesk>.Instance);
        Reaper = new LeaseReaper(Queue, Desk, Clock, Leases, NullLogger<LeaseReaper>.Instance);
    }

    public ISqlEngine Engine { get; }
    public IIdSource Ids { get; }
    public FakeTimeProvider Time { get; } = new(Start.ToDateTimeOffset());
    public LeaseOptions Leases { get; }
    public QueueSignal Signal { get; } = new();
    public OperationClock Clock { get; }
    public ScheduleStore Schedules { get; }
    public QueueStore Queue { get; }
    public RunStore Runs { get; }
    public PipelineConfigStore Configs { get; }
    public CustomerStore Customers { get; }
    public CredentialStore Credentials { get; }
    public ProviderConfigStore ProviderConfigs { get; }
    public ApiKeyStore Keys { get; }
    public CachedApiKeyDirectory KnownKeys { get; }
    public Membership Team { get; }
    public PlanChanges Plans { get; }
    public Profiles Profiles { get; }
    public Trigger Trigger { get; }
    public LeaseDesk Desk { get; }
    public LeaseReaper Reaper { get; }

    public Instant Now => Time.GetUtcNow().ToInstant();

    public void Advance(Duration duration) => Time.Advance(duration.ToTimeSpan());

    /// <summary>Who the tests are in the audit trail.</summary>
    public static Actor Actor { get; } = new(ActorKind.Operator, "test", RequestId: null);

    public AuditStamp Stamp() => new(Ids.NewId(Now), Actor);

    public Task<OnboardOutcome> OnboardAsync(string customerId, string plan = "ENTERPRISE", string timezone = "UTC")
    {
        PlanCatalog.TryFind(plan, out var found);
        var day = UsageDay.Of(customerId, timezone, Now);
        return Customers.TryOnboardAsync(
            new NewCustomer
            {
                CustomerId = customerId,
                CompanyName = $"{customerId} Ltd",
                AdminEmail = "admin@example.com",
                DatasetId = customerId.ToLowerInvariant(),
                Plan = found!,
                Timezone = timezone,
                SubscriptionId = Ids.NewId(Now),
                MemberId = Ids.NewId(Now),
                ApiKeyId = Ids.NewId(Now),
                ApiKeyHash = Ids.NewNonce() + Ids.NewNonce(),
                KeyPrefix = $"{customerId}_api_abcdef",
                UsageId = day.UsageId,
                Today = day.Date,
            },
            Stamp(),
            Now,
            default
        );
    }

    /// <summary>An hourly pipeline unless the change says otherwise; its next run is the first after now.</summary>
    public async Task<PipelineConfig> ConfigureAsync(
        string customerId,
        string name = "main",
        Func<PipelineConfig, PipelineConfig>? change = null
    ) =>
        (await Configs.ConfigureAsync(Pipeline(customerId, name, change), 1_000_000, Stamp(), Now, default))!
            .Value
            .Config;

    /// <summary>Hourly pipelines, all in one script.</summary>
    public Task ConfigureManyAsync(string customerId, IEnumerable<string> names) =>
        Configs.ImportAsync(
            [.. names.Select((name, nth) => ImportRow.Of(Pipeline(customerId, name, null), nth))],
            1_000_000,
            "test",
            Now,
            default
        );

    public Task<TriggerResponse> TriggerAsync(int batchSize = 1000) =>
        Trigger.RunAsync(new TriggerRequest { BatchSize = batchSize }, default);

    /// <summary>Configures one pipeline per name, lets the next full hour come and triggers.</summary>
    public async Task<TriggerResponse> QueueAsync(string customerId, params string[] names)
    {
        foreach (var name in names)
        {
            await ConfigureAsync(customerId, name);
        }
        AdvanceToNextHour();
        return await TriggerAsync();
    }

    public void AdvanceToNextHour()
    {
        var left = Duration.FromHours(1) - Duration.FromTicks(Now.ToUnixTimeTicks() % NodaConstants.TicksPerHour);
        Advance(left);
    }

    public Task<IReadOnlyList<LeaseItem>> LeaseAsync(int count = 1, string worker = "worker-1") =>
        Desk.LeaseAsync(worker, count, Duration.Zero, default);

    public async Task<ResultReceipt> ReportAsync(LeaseItem item, RunOutcome outcome, ErrorType? error = null) =>
        (await ReportAsync([item], outcome, error))[0];

    /// <summary>One request with the same result for every item.</summary>
    public async Task<IReadOnlyList<ResultReceipt>> ReportAsync(
        IReadOnlyList<LeaseItem> items,
        RunOutcome outcome,
        ErrorType? error = null
    )
    {
        var results = items.Select(item => new RunResult
        {
            QueueId = item.QueueId,
            LeaseToken = item.LeaseToken,
            Outcome = outcome,
            ErrorType = error,
            ErrorMessage = error is null ? null : "made to fail",
        });
        var request = new ResultsRequest { WorkerId = "worker-1", Results = [.. results] };
        return (await Desk.ReportAsync(request, default)).Results;
    }

    public async Task<HeartbeatResult> HeartbeatAsync(LeaseItem item)
    {
        var lease = new LeaseReference { QueueId = item.QueueId, LeaseToken = item.LeaseToken };
        var response = await Desk.HeartbeatAsync(
            new HeartbeatRequest { WorkerId = "worker-1", Leases = [lease] },
            default
        );
        return response.Leases[0];
    }

    /// <summary>All runs of a customer, oldest first.</summary>
    public async Task<IReadOnlyList<Run>> RunsAsync(string customerId) =>
        [.. (await Runs.ListAsync(customerId, new RunFilter { Limit = 200 }, default)).Reverse()];

    public async Task<DailyUsage> UsageAsync(string customerId) =>
        (await Customers.UsageAsync(customerId, new LocalDate(2000, 1, 1), new LocalDate(9999, 12, 31), default))[^1];

    private PipelineConfig Pipeline(string customerId, string name, Func<PipelineConfig, PipelineConfig>? change)
    {
        var config = new PipelineConfig
        {
            ConfigId = Ids.NewId(Now),
            CustomerId = customerId,
            Provider = "SYSTEM",
            Domain = "TEST",
            PipelineTemplate = "probe",
            PipelineName = name,
            IsActive = true,
            ScheduleType = ScheduleType.Hourly,
            ScheduleCron = "0 * * * *",
            Timezone = "UTC",
            Priority = 5,
            MisfirePolicy = MisfirePolicy.RunOnce,
            OverlapPolicy = OverlapPolicy.Allow,
            DstPolicy = DstPolicy.Default,
            SpreadSeconds = 0,
            CreatedBy = "test",
        };
        config = change?.Invoke(config) ?? config;
        if (
            config.NextRunTime is null
            && Schedule.Create(config.ScheduleCron, config.Timezone, config.DstPolicy) is ScheduleResult.Valid valid
        )
        {
            config = config with { NextRunTime = OccurrenceCalculator.Next(valid.Schedule, Now) };
        }
        return config;
    }

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();
}
