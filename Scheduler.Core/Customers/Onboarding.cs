using System.Diagnostics;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Quotas;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Customers;

/// <summary>Takes a customer on: dataset, profile, subscription, owner, usage row and first key, all or nothing.</summary>
/// <remarks>
/// The dataset comes first and the one transaction of the store last, so a customer never stands there without its
/// dataset. Whoever is interrupted between the two leaves an empty dataset that belongs to nobody; the next onboarding
/// under that name takes it over. Nothing is ever deleted here: it might be the dataset of a concurrent winner.
/// </remarks>
public sealed class Onboarding(
    CustomerStore customers,
    IDatasetCatalog datasets,
    OperationClock clock,
    IIdSource ids,
    IFailpoints failpoints
)
{
    /// <param name="request">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<OnboardResult> OnboardAsync(
        OnboardRequest request,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (TimeZones.Find(request.Timezone) is TimeZoneResult.Unknown unknown)
        {
            return new OnboardResult.UnknownTimezone(unknown.Message);
        }
        if (await PrepareDatasetAsync(request.CustomerId, cancellationToken) is { } refused)
        {
            return refused;
        }
        await failpoints.ReachedAsync(Failpoint.OnboardBeforeCommit, cancellationToken);
        var now = await clock.ReadAsync(cancellationToken);
        var key = ApiKey.Generate(request.CustomerId);
        var customer = Compose(request, key, now);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        return await customers.TryOnboardAsync(customer, stamp, now, cancellationToken) switch
        {
            OnboardOutcome.Created => new OnboardResult.Created(Answer(request, customer, key, now)),
            OnboardOutcome.CustomerExists => new OnboardResult.CustomerExists(),
            OnboardOutcome.DatasetTaken => new OnboardResult.DatasetTaken(),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Null once there is an empty dataset; a customer that is there already is left alone.</summary>
    private async Task<OnboardResult?> PrepareDatasetAsync(string customerId, CancellationToken cancellationToken)
    {
        if (!DatasetId.TryCreate(customerId, out var dataset, out var error))
        {
            throw new ArgumentException($"Not a customer id: it {error}.", nameof(customerId));
        }
        switch (await customers.PlaceAsync(customerId, dataset.Value, cancellationToken))
        {
            case OnboardOutcome.CustomerExists:
                return new OnboardResult.CustomerExists();
            case OnboardOutcome.DatasetTaken:
                return new OnboardResult.DatasetTaken();
        }
        // Data without a profile is somebody's who was here before: never handed to whoever takes the name next.
        return await datasets.CreateAsync(dataset, cancellationToken) ? null : new OnboardResult.DatasetTaken();
    }

    private NewCustomer Compose(OnboardRequest request, ApiKey key, Instant now)
    {
        var day = UsageDay.Of(request.CustomerId, request.Timezone, now);
        return new NewCustomer
        {
            CustomerId = request.CustomerId,
            CompanyName = request.CompanyName,
            AdminEmail = request.AdminEmail,
            DatasetId = request.CustomerId.ToLowerInvariant(),
            Plan = PlanCatalog.TryFind(Wire.Name(request.SubscriptionPlan), out var plan)
                ? plan
                : throw new UnreachableException(),
            Timezone = request.Timezone,
            SubscriptionId = ids.NewId(now),
            MemberId = ids.NewId(now),
            ApiKeyId = ids.NewId(now),
            ApiKeyHash = key.Hash,
            KeyPrefix = key.Prefix,
            UsageId = day.UsageId,
            Today = day.Date,
        };
    }

    private static OnboardResponse Answer(OnboardRequest request, NewCustomer customer, ApiKey key, Instant now) =>
        new()
        {
            CustomerId = customer.CustomerId,
            CompanyName = customer.CompanyName,
            AdminEmail = customer.AdminEmail,
            TenantDatasetId = customer.DatasetId,
            Status = CustomerStatus.Active,
            SubscriptionPlan = request.SubscriptionPlan,
            Timezone = customer.Timezone,
            ApiKeyId = customer.ApiKeyId,
            ApiKey = key.Reveal(),
            KeyPrefix = customer.KeyPrefix,
            CreatedAt = now,
        };
}
