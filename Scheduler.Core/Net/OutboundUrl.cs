using System.Globalization;
using System.Text.RegularExpressions;

namespace Scheduler.Core.Net;

/// <summary>
/// A URL that somebody else wrote and this product may be asked to call, after the rules of its text. Its query may hold
/// a signature: <see cref="ToString"/> leaves it out, and only <see cref="Address"/> has it.
/// </summary>
public sealed partial class OutboundUrl
{
    private const int MaxLength = 4096;

    private OutboundUrl(Uri address) => Address = address;

    /// <summary>The whole URL. Not for messages or logs.</summary>
    public Uri Address { get; }

    /// <summary>Lower-case ASCII; IPv6 addresses without brackets.</summary>
    public string Host => Address.IdnHost;

    /// <summary>Null when the text fits, else what is wrong with it; the text itself is not repeated.</summary>
    public static string? TryParse(string text, out OutboundUrl? url)
    {
        url = null;
        if (text.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }
        if (text.Any(IsBadLetter))
        {
            return "has a blank, a backslash or an invisible character";
        }
        var match = Shape().Match(text);
        if (!match.Success)
        {
            return "must begin with https:// and a host";
        }
        if (match.Groups["user"].Success)
        {
            return "must not have a user name or password";
        }
        if (text.Contains('#', StringComparison.Ordinal))
        {
            return "must not have a fragment";
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Port <= 0)
        {
            return "is not a URL";
        }
        if (HostRefusal(match.Groups["host"].Value, address) is { } refusal)
        {
            return refusal;
        }
        url = new OutboundUrl(address);
        return null;
    }

    /// <summary>Scheme, host, port and path.</summary>
    public override string ToString() => Address.GetComponents(Shown, UriFormat.UriEscaped);

    private const UriComponents Shown = UriComponents.SchemeAndServer | UriComponents.Path;

    private static string? HostRefusal(string written, Uri address) =>
        address.HostNameType switch
        {
            // Some readers take 0177.0.0.1, 0x7f.1 and 2130706433 for addresses and others for names.
            UriHostNameType.IPv4 => written == address.Host ? null : "must have an IP address in the form 192.0.2.1",
            UriHostNameType.IPv6 => written.Contains('%', StringComparison.Ordinal) ? "must not have a zone" : null,
            UriHostNameType.Dns when address.IdnHost.EndsWith('.') => "must not have a dot at the end of its host",
            UriHostNameType.Dns when !Name().IsMatch(address.IdnHost) || NumberAtEnd().IsMatch(address.IdnHost) =>
                "has a host that is not a name",
            UriHostNameType.Dns => null,
            _ => "has a host that is not a name",
        };

    private static bool IsBadLetter(char letter) =>
        letter == '\\'
        || char.IsWhiteSpace(letter)
        || char.GetUnicodeCategory(letter)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.Surrogate;

    [GeneratedRegex(
        @"\Ahttps?://(?<user>[^/?#]*@)?(?<host>\[[^/?#]*\]|[^/?#:]+)(:[0-9]*)?(?=[/?#]|\z)",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Shape();

    [GeneratedRegex(@"\A[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"(\A|\.)([0-9]+|0x[0-9a-f]*)\z")]
    private static partial Regex NumberAtEnd();
}
