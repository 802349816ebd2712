using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Queue;
using Scheduler.Core.Security;
using Scheduler.Core.Storage;
using Scheduler.Core.Time;

namespace Scheduler.Core.Customers;

/// <summary>
/// Changes customers' profiles. A suspension holds from its commit: claims and the trigger read the status themselves, and
/// the remembered keys are dropped here.
/// </summary>
public sealed class Profiles(
    CustomerStore customers,
    CachedApiKeyDirectory keys,
    QueueSignal signal,
    OperationClock clock,
    IIdSource ids
)
{
    /// <param name="customerId">Whose.</param>
    /// <param name="change">Valid by its annotations.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ProfileResult> UpdateAsync(
        string customerId,
        UpdateCustomerRequest change,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (change.Timezone is { } zone && TimeZones.Find(zone) is TimeZoneResult.Unknown unknown)
        {
            return new ProfileResult.UnknownTimezone(unknown.Message);
        }
        var now = await clock.ReadAsync(cancellationToken);
        var stamp = new AuditStamp(ids.NewId(now), actor);
        if (
            await customers.StandingAsync(customerId, cancellationToken) is not { } standing
            || await customers.UpdateProfileAsync(
                customerId,
                change,
                DayMove.Of(customerId, standing.Timezone, change.Timezone, now),
                stamp,
                now,
                cancellationToken
            )
                is not { Customer: var customer, StatusBefore: var before, IsAllowed: var isAllowed }
        )
        {
            return new ProfileResult.NoSuchCustomer();
        }
        keys.Forget(customerId);
        if (!isAllowed)
        {
            return new ProfileResult.WrongStatus(before);
        }
        if (change.Timezone is { } wanted && customer.Timezone != wanted)
        {
            return new ProfileResult.ChangedMeanwhile();
        }
        if (change.Status is not null)
        {
            signal.Raise();
        }
        return new ProfileResult.Done(customer);
    }
}
