using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Core.Team;

/// <summary>What an invited one accepts with: 256 random bits, shown once; the store knows its hash alone.</summary>
public sealed class InvitationToken
{
    private const int Bytes = 32;

    private readonly string text;

    private InvitationToken(string text) => this.text = text;

    public string Hash => HashOf(text);

    public static InvitationToken Generate() => new(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));

    /// <summary>SHA-256 in lower-case hex. The token is random: no slow hash is needed.</summary>
    public static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Compares in a time that does not depend on where they differ.</summary>
    public static bool Matches(string hash, string? stored) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(stored ?? ""));

    /// <summary>The token in full: for the one response that hands it out.</summary>
    public string Reveal() => text;

    /// <summary>Nothing of it.</summary>
    public override string ToString() => "…";
}
