using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>An alert of whose beginning or end nobody has been told.</summary>
/// <param name="Told">0: nothing was told; 1: that it fired.</param>
public sealed record UntoldAlert(
    long AlertId,
    string Rule,
    string Subject,
    string? CustomerId,
    string Message,
    Instant FiredAt,
    Instant? ResolvedAt,
    Instant? SilencedUntil,
    int Told
);
