using System.Net;

namespace Scheduler.Core.Net;

/// <summary>
/// The operator's list of hosts: comma-separated exact names or addresses, each with or without a port, and with the
/// prefix <c>private:</c> where an internal address is meant.
/// </summary>
public sealed class HostList
{
    private const string PrivatePrefix = "private:";

    private readonly AllowedHost[] entries;

    private HostList(AllowedHost[] entries) => this.entries = entries;

    public bool IsEmpty => entries.Length == 0;

    /// <summary>Null when every entry is right, else the first wrong one and what would be right.</summary>
    /// <param name="text">The setting; null or empty is the empty list.</param>
    /// <param name="list">The list, or null when an entry is wrong.</param>
    public static string? TryParse(string? text, out HostList? list)
    {
        list = null;
        var entries = new List<AllowedHost>();
        foreach (
            var word in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (Refusal(word, out var entry) is { } refusal)
            {
                return $"has the entry '{word}', which {refusal}";
            }
            if (entries.Any(other => (other.Host, other.Port) == (entry!.Host, entry.Port)))
            {
                return $"names '{entry!.Host}' twice";
            }
            entries.Add(entry!);
        }
        list = new HostList([.. entries]);
        return null;
    }

    /// <summary>The entry that admits the URL, or null.</summary>
    public AllowedHost? Find(Uri address) => Array.Find(entries, entry => entry.Admits(address));

    private static string? Refusal(string word, out AllowedHost? entry)
    {
        entry = null;
        var isPrivate = word.StartsWith(PrivatePrefix, StringComparison.OrdinalIgnoreCase);
        var place = isPrivate ? word[PrivatePrefix.Length..] : word;
        if (
            place.AsSpan().ContainsAny('/', '?', '#')
            || OutboundUrl.TryParse($"https://{place}/", out var url) is not null
            || place.EndsWith(':')
        )
        {
            return "must be a host or host:port, such as exports.example.com or private:exports.internal:8080";
        }
        var hasPort = place.LastIndexOf(':') > place.LastIndexOf(']');
        entry = new AllowedHost(url!.Host, hasPort ? url.Address.Port : null, isPrivate);
        return IPAddress.TryParse(url.Host, out var address) && !entry.Admits(AddressRules.ReachOf(address))
            ? isPrivate || AddressRules.ReachOf(address) == AddressReach.Never
                ? "is an address that is never connected to"
                : $"is not a public address; write {PrivatePrefix}{place} if it is meant"
            : null;
    }
}
