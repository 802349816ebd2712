using System.Diagnostics;
using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Quotas;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Customers;

/// <summary>Takes a customer on: profile, subscription, owner, usage row and first key, all or nothing.</summary>
public sealed class Onboarding(CustomerStore customers, OperationClock clock, IIdSource ids)
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
