using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Identifiers;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Customers;

/// <summary>Answers whether a customer's pipelines could run now.</summary>
public sealed class Validation(CustomerStore customers, IIdSource ids)
{
    /// <summary>Null when there is no such customer.</summary>
    /// <param name="customerId">Whose.</param>
    /// <param name="live">Puts the active credentials back to PENDING, so that the next run with each proves it.</param>
    /// <param name="actor">Who asked.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ValidateResponse?> ValidateAsync(
        string customerId,
        bool live,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (await customers.StandingAsync(customerId, cancellationToken) is not { } standing)
        {
            return null;
        }
        int? rechecked = live
            ? await customers.RecheckCredentialsAsync(
                customerId,
                new AuditStamp(ids.NewId(standing.Now), actor),
                standing.Now,
                cancellationToken
            )
            : null;
        var today = UsageDay.Of(customerId, standing.Timezone, standing.Now).Date;
        var facts = await customers.ReadinessAsync(
            customerId,
            UsageMonth.Of(today),
            today,
            standing.Now,
            cancellationToken
        );
        return facts is null ? null : Readiness.Judge(facts, standing.Now) with { CredentialsToRecheck = rechecked };
    }
}
