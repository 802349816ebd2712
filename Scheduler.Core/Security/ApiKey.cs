using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Scheduler.Core.Security;

/// <summary>
/// A customer's key as text, <c>{customer_id}_api_{32 URL-safe characters}</c> (192 random bits). It exists in memory
/// only: shown once at its making, afterwards the store knows its <see cref="Hash"/> and <see cref="Prefix"/> alone.
/// </summary>
public sealed partial class ApiKey
{
    private const int SecretBytes = 24;
    private const int SecretLength = 32;
    private const int ShownOfSecret = 6;

    private readonly string text;

    private ApiKey(string text) => this.text = text;

    /// <summary>The customer that the key names; its owner only once the hash was found in the store.</summary>
    public string CustomerId => text[..^(Separator.Length + SecretLength)];

    /// <summary>The key through the 6th character of its secret: enough to tell keys apart, not to use one.</summary>
    public string Prefix => text[..^(SecretLength - ShownOfSecret)];

    /// <summary>SHA-256 of the whole key, in lower-case hex (64 characters). The secret is random: no slow hash is needed.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Separator => "_api_";

    /// <summary>Makes a new key from the operating system's cryptographic random source.</summary>
    /// <exception cref="ArgumentException">The customer id does not have the form of one.</exception>
    public static ApiKey Generate(string customerId)
    {
        var text = customerId + Separator + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return TryParse(text, out var key)
            ? key
            : throw new ArgumentException("Not a customer id.", nameof(customerId));
    }

    /// <summary>Reads a presented key. Says nothing about whether it is known.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiKey? key)
    {
        key = text is not null && Form().IsMatch(text) ? new ApiKey(text) : null;
        return key is not null;
    }

    /// <summary>The key in full: for the one response that hands it to its owner.</summary>
    public string Reveal() => text;

    /// <summary>The prefix, so that a key that reaches a log by mistake is of no use there.</summary>
    public override string ToString() => Prefix + "…";

    [GeneratedRegex(@"\A[a-zA-Z0-9_]{3,50}_api_[A-Za-z0-9_-]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
