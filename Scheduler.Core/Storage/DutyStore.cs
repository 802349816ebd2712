using NodaTime;
using Scheduler.Core.Duties;

namespace Scheduler.Core.Storage;

/// <summary>The leases of what only one process need do at a time.</summary>
public sealed class DutyStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>Takes the lease when nobody else holds it, and renews it for its holder.</summary>
    /// <param name="duty">What is led.</param>
    /// <param name="holder">The caller.</param>
    /// <param name="term">The term in which the caller leads, as far as it knows: to renew in it costs less on some engines. Null if it does not lead.</param>
    /// <param name="lease">From now on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The lease as it is then: the caller's own, or that of whoever has it.</returns>
    public Task<DutyLease> TakeAsync(
        string duty,
        string holder,
        long? term,
        Duration lease,
        CancellationToken cancellationToken
    ) =>
        engine.SingleAsync(
            new("duties", "take_lease"),
            new SqlArguments()
                .With("duty", duty)
                .With("holder", holder)
                .With("term", term)
                .With("leaseMicros", lease.BclCompatibleTicks / 10)
                .With("now", clock.ForScript),
            row => new DutyLease(row.Text("holder"), row.Int64("term"), row.At("expires_at"), row.At("now")),
            cancellationToken
        );

    /// <summary>Ends the caller's own lease; false when it had none.</summary>
    public async Task<bool> ReleaseAsync(string duty, string holder, CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("duties", "release_lease"),
            new SqlArguments().With("duty", duty).With("holder", holder).With("now", clock.ForScript),
            row => row.Int32("released"),
            cancellationToken
        ) > 0;
}
