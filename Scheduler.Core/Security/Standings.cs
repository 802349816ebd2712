using NodaTime;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Security;

/// <summary>Judges a key and its customer as they stood at one instant.</summary>
public static class Standings
{
    private const string Active = "ACTIVE";
    private const string Trial = "TRIAL";
    private const string Suspended = "SUSPENDED";

    /// <param name="isActive">False once somebody has deactivated it.</param>
    /// <param name="memberStatus">The status of the member it is bound to; null for a key of the customer itself.</param>
    public static KeyStanding OfKey(bool isActive, string? memberStatus, Instant? expiresAt, Instant now) =>
        !isActive || memberStatus is not (null or Active) ? KeyStanding.Revoked
        : expiresAt <= now ? KeyStanding.Expired
        : KeyStanding.Active;

    /// <param name="subscriptionStatus">Of the current subscription; null when there is none.</param>
    /// <param name="runnableUntil">The first instant at which profile and subscription let nothing run.</param>
    public static AccountStanding OfCustomer(
        CustomerStatus status,
        string? subscriptionStatus,
        Instant runnableUntil,
        Instant now
    ) =>
        status is CustomerStatus.Suspended or CustomerStatus.Cancelled || subscriptionStatus == Suspended
            ? AccountStanding.Suspended
        : runnableUntil > now ? AccountStanding.Good
        : status == CustomerStatus.Trial || subscriptionStatus == Trial ? AccountStanding.TrialEnded
        : AccountStanding.SubscriptionEnded;
}
