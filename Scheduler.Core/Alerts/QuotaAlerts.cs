using Scheduler.Core.Storage;

namespace Scheduler.Core.Alerts;

/// <summary>Ends the alerts of quotas that are no longer exceeded.</summary>
public sealed class QuotaAlerts(StatusStore status, OperationClock clock)
{
    /// <summary>Returns how many it ended.</summary>
    public async Task<long> ResolveAsync(CancellationToken cancellationToken) =>
        await status.ResolvePastQuotasAsync(await clock.ReadAsync(cancellationToken), cancellationToken);
}
