using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Quotas;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Subscriptions;
using Scheduler.Core.Usage;

namespace Scheduler.Tests.Simulation.Processes;

/// <summary>Customers and operators at work: what they change is changed at once, and they know what they have done.</summary>
internal sealed class Office
{
    private static readonly Actor Actor = new(ActorKind.Operator, "simulation", RequestId: null);

    private readonly IIdSource ids;
    private readonly OperationClock clock;
    private readonly CustomerStore customers;
    private readonly PipelineConfigStore configs;
    private readonly QueueStore queue;
    private readonly PipelineConfiguration configuration;
    private readonly PipelineRetirement retirement;
    private readonly Profiles profiles;
    private readonly PlanChanges plans;

    public Office(DirectStore store, IIdSource ids)
    {
        this.ids = ids;
        clock = new OperationClock(store);
        customers = new CustomerStore(store, clock);
        configs = new PipelineConfigStore(store);
        queue = new QueueStore(store, clock);
        retirement = new PipelineRetirement(configs, queue, clock, ids);
        configuration = new PipelineConfiguration(
            configs,
            customers,
            retirement,
            new CredentialCheck(new CredentialStore(store)),
            Runners.Templates,
            Runners.Options,
            clock,
            ids,
            new PipelineLimits()
        );
        var keys = new CachedApiKeyDirectory(
            new GatheredApiKeyDirectory(new ApiKeyStore(store, clock)),
            new FakeTimeProvider()
        );
        var signal = new QueueSignal();
        profiles = new Profiles(customers, keys, signal, clock, ids);
        plans = new PlanChanges(new SubscriptionStore(store), customers, keys, signal, clock, ids);
    }

    public void Onboard(CustomerPlan customer, Instant now)
    {
        PlanCatalog.TryFind(customer.Plan, out var plan);
        var day = UsageDay.Of(customer.Id, customer.Zone, now);
        Done(
            customers.TryOnboardAsync(
                new NewCustomer
                {
                    CustomerId = customer.Id,
                    CompanyName = customer.Id,
                    AdminEmail = "admin@example.com",
                    DatasetId = customer.Id,
                    Plan = plan!,
                    Timezone = customer.Zone,
                    SubscriptionId = ids.NewId(now),
                    MemberId = ids.NewId(now),
                    ApiKeyId = ids.NewId(now),
                    ApiKeyHash = ids.NewNonce() + ids.NewNonce(),
                    KeyPrefix = $"{customer.Id}_api_abcdef",
                    UsageId = day.UsageId,
                    Today = day.Date,
                },
                new AuditStamp(ids.NewId(now), Actor),
                now,
                CancellationToken.None
            )
        );
    }

    /// <returns>The pipeline as it is stored now.</returns>
    public PipelineConfig Configure(string customerId, PipelinePlan plan)
    {
        var parameters = new Dictionary<string, JsonElement>
        {
            ["duration_ms"] = JsonSerializer.SerializeToElement((int)plan.Takes.TotalMilliseconds),
        };
        if (plan.FailWith is { } error)
        {
            parameters["fail_with"] = JsonSerializer.SerializeToElement(error);
            parameters["fail_attempts"] = JsonSerializer.SerializeToElement(plan.FailAttempts);
        }
        var result = Done(
            configuration.ConfigureAsync(
                customerId,
                new ConfigurePipelineRequest
                {
                    Provider = "SYSTEM",
                    Domain = "TEST",
                    PipelineTemplate = "probe",
                    PipelineName = plan.Name,
                    ScheduleCron = plan.Cron,
                    Timezone = plan.Zone,
                    DstPolicy = plan.Dst,
                    MisfirePolicy = plan.Misfire,
                    OverlapPolicy = plan.Overlap,
                    SpreadSeconds = (int)plan.Spread.TotalSeconds,
                    Priority = plan.Priority,
                    Parameters = parameters,
                    RetryConfig = new RetryConfig { MaxRetries = plan.MaxRetries },
                },
                Actor,
                CancellationToken.None
            )
        );
        return result is ConfigureResult.Done done
            ? done.Config
            : throw new InvalidOperationException($"The pipeline {plan} was refused: {result}");
    }

    public void SwitchOff(string customerId, string configId) =>
        Done(retirement.DeactivateAsync(customerId, configId, Actor, CancellationToken.None));

    public void SetStatus(string customerId, CustomerStatus status) =>
        Done(
            profiles.UpdateAsync(
                customerId,
                new UpdateCustomerRequest { Status = status },
                Actor,
                CancellationToken.None
            )
        );

    public void SetZone(string customerId, string zone) =>
        Done(
            profiles.UpdateAsync(
                customerId,
                new UpdateCustomerRequest { Timezone = zone },
                Actor,
                CancellationToken.None
            )
        );

    public void SetPlan(string customerId, SubscriptionPlan plan) =>
        Done(
            plans.ChangeAsync(
                customerId,
                new UpdateSubscriptionRequest { PlanName = plan },
                isAdmin: true,
                Actor,
                CancellationToken.None
            )
        );

    /// <summary>Asks a running run to stop.</summary>
    public void Cancel(string runId, Instant now) =>
        Done(queue.RequestCancelAsync([runId], now, CancellationToken.None));

    private static T Done<T>(Task<T> task) =>
        task.IsCompleted
            ? task.GetAwaiter().GetResult()
            : throw new InvalidOperationException("A call of the office has not ended at once.");
}
