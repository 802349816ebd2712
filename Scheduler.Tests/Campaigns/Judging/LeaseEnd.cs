using NodaTime;

namespace Scheduler.Tests.Campaigns.Judging;

/// <summary>How a lease ended, as its move says.</summary>
internal sealed record LeaseEnd(string RunId, long Epoch, Instant At, string To, string? Note)
{
    public const string Lost = "lease lost";
}
