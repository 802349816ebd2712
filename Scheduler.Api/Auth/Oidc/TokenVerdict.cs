namespace Scheduler.Api.Auth.Oidc;

/// <summary>What was found of a signed token.</summary>
internal enum TokenVerdict
{
    Refused,
    Accepted,

    /// <summary>The issuer's keys cannot be had: nothing can be said.</summary>
    CannotTell,
}
