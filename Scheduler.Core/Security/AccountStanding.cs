namespace Scheduler.Core.Security;

/// <summary>Whether a key's customer may use the API, at the time of the look-up.</summary>
public enum AccountStanding
{
    /// <summary>The profile is ACTIVE or TRIAL, the subscription ACTIVE or TRIAL and not past its end.</summary>
    Good,

    /// <summary>The profile is SUSPENDED or CANCELLED, or the subscription SUSPENDED.</summary>
    Suspended,

    /// <summary>The trial is over and nothing followed it.</summary>
    TrialEnded,

    /// <summary>The subscription is EXPIRED, CANCELLED or PAST_DUE, past its end, or missing.</summary>
    SubscriptionEnded,
}
