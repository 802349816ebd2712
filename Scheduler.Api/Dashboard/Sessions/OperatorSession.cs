using NodaTime;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>An operator who has signed in with an admin key.</summary>
/// <param name="Id">Of this session alone.</param>
/// <param name="KeyPlace">Which of the admin keys it was, from 1.</param>
/// <param name="SignedInAt">When it began.</param>
/// <param name="SeenAt">When the operator last did something; what a page does by itself does not count.</param>
internal sealed record OperatorSession(string Id, int KeyPlace, Instant SignedInAt, Instant SeenAt)
{
    /// <summary>A session that is not used ends after this time.</summary>
    public static readonly Duration Idle = Duration.FromHours(1);

    /// <summary>No session lasts longer.</summary>
    public static readonly Duration Longest = Duration.FromHours(8);

    /// <summary>The cookie is not written anew with every click.</summary>
    private static readonly Duration Renewal = Duration.FromMinutes(5);

    /// <summary>As the audit trail names the operator.</summary>
    public string KeyId => $"admin:{KeyPlace}";

    public bool IsOver(Instant now) => now - SeenAt >= Idle || now - SignedInAt >= Longest;

    public bool IsToBeRenewed(Instant now) => now - SeenAt >= Renewal;
}
