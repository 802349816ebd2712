using System.Globalization;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Embedding;

/// <summary>
/// Signs the links to customers' pages and reads them, with a key derived from the admin key: every instance takes what another
/// signed, and a link ends with the key at the latest.
/// </summary>
internal sealed class EmbedLinks(ApiOptions options)
{
    private const string Purpose = "scheduler customer page link, version 1";

    public EmbedLink Sign(string customerId, Instant until)
    {
        // Whole seconds, as the token says them.
        var end = Instant.FromUnixTimeSeconds(until.ToUnixTimeSeconds());
        var text = string.Create(CultureInfo.InvariantCulture, $"{customerId} {end.ToUnixTimeSeconds()}");
        return new EmbedLink(customerId, end, SignedText.Sign(text, options.AdminKeys.Derive(1, Purpose)));
    }

    /// <summary>Null for what this system did not sign, or not for so long.</summary>
    public EmbedLink? Read(string? token, Instant now)
    {
        for (var place = 1; token is not null && place <= options.AdminKeys.Count; place++)
        {
            if (
                SignedText.Open(token, options.AdminKeys.Derive(place, Purpose))?.Split(' ')
                is [var customerId, var seconds]
            )
            {
                var until = Instant.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture));
                return now < until ? new EmbedLink(customerId, until, token) : null;
            }
        }
        return null;
    }
}
