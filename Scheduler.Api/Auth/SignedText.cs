using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Api.Auth;

/// <summary>
/// A text with its signature (HMAC-SHA256), for what a browser carries and must not change. Anybody can read it; only who has the key
/// can make it.
/// </summary>
internal static class SignedText
{
    /// <summary>A longer one is none of ours.</summary>
    private const int Longest = 512;

    /// <summary>Letters, digits, <c>-</c>, <c>_</c> and one dot.</summary>
    public static string Sign(string text, byte[] key)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return $"{Base64Url.EncodeToString(bytes)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, bytes))}";
    }

    /// <summary>The text; null when the signature is not this key's. Takes the same time however much of it is right.</summary>
    public static string? Open(string signed, byte[] key)
    {
        var dot = signed.IndexOf('.', StringComparison.Ordinal);
        if (
            signed.Length > Longest
            || dot < 0
            || !Base64Url.IsValid(signed.AsSpan(0, dot))
            || !Base64Url.IsValid(signed.AsSpan(dot + 1))
        )
        {
            return null;
        }
        var bytes = Base64Url.DecodeFromChars(signed.AsSpan(0, dot));
        var signature = Base64Url.DecodeFromChars(signed.AsSpan(dot + 1));
        return CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(key, bytes))
            ? Encoding.UTF8.GetString(bytes)
            : null;
    }
}
