using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Dashboard.Sessions;

/// <summary>
/// Writes sessions and the proofs of their forms, and reads them. They are signed with keys derived from the admin key of the
/// session: every instance reads what another wrote, and all of a key's sessions end when it leaves the setting.
/// </summary>
internal sealed class SessionTokens(ApiOptions options)
{
    private const string SessionPurpose = "scheduler dashboard session, version 1";
    private const string FormPurpose = "scheduler dashboard form, version 1";

    public string Write(OperatorSession session) =>
        SignedText.Sign(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{session.Id} {session.SignedInAt.ToUnixTimeSeconds()} {session.SeenAt.ToUnixTimeSeconds()}"
            ),
            options.AdminKeys.Derive(session.KeyPlace, SessionPurpose)
        );

    /// <summary>Null for what this system did not write, and for a session that is over.</summary>
    public OperatorSession? Read(string text, Instant now)
    {
        for (var place = 1; place <= options.AdminKeys.Count; place++)
        {
            if (
                SignedText.Open(text, options.AdminKeys.Derive(place, SessionPurpose))?.Split(' ')
                is [var id, var signedIn, var seen]
            )
            {
                var session = new OperatorSession(id, place, At(signedIn), At(seen));
                return session.IsOver(now) ? null : session;
            }
        }
        return null;
    }

    /// <summary>What a form of the session carries: another site can send a form, but does not know this.</summary>
    public string FormProof(OperatorSession session) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(
                options.AdminKeys.Derive(session.KeyPlace, FormPurpose),
                Encoding.UTF8.GetBytes(session.Id)
            )
        );

    public bool IsProofOf(OperatorSession session, string? presented) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(presented ?? ""),
            Encoding.UTF8.GetBytes(FormProof(session))
        );

    private static Instant At(string seconds) =>
        Instant.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
}
