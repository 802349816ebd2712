using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>How many requests a minute a key may send (the settings under <c>Scheduler__RateLimits</c>).</summary>
[WireCase(upper: true)]
public enum RateLimitTier
{
    Standard,
    Elevated,
    Unlimited,
}
