namespace Scheduler.Core.Security;

/// <summary>Whether a known key may still be used, at the time of the look-up.</summary>
public enum KeyStanding
{
    Active,
    Expired,

    /// <summary>Deactivated, or bound to a team member who is not active any more.</summary>
    Revoked,
}
