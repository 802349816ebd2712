using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>
/// Signs what a webhook is sent: HMAC-SHA256 (RFC 2104) under the shared secret, over the timestamp, a dot and the body, so that
/// neither can be changed and an old delivery cannot be sent again later. The receiver refuses a timestamp more than
/// <see cref="Tolerance"/> from its own time.
/// </summary>
public static class WebhookSignature
{
    public const string TimestampHeader = "X-Scheduler-Timestamp";
    public const string SignatureHeader = "X-Scheduler-Signature";
    public const string DeliveryHeader = "X-Scheduler-Delivery";

    /// <summary>How far the receiver's clock may be off.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>One <c>v1=</c> and 64 hexadecimal digits for each secret, with a comma between them.</summary>
    /// <param name="secrets">One, or two while it is changed: a receiver that knows either accepts it.</param>
    /// <param name="timestamp">Seconds since 1970-01-01T00:00:00Z.</param>
    /// <param name="body">Exactly the bytes that are sent.</param>
    public static string Of(IReadOnlyList<string> secrets, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed =
        [
            .. Encoding.ASCII.GetBytes(timestamp.ToString(CultureInfo.InvariantCulture)),
            (byte)'.',
            .. body,
        ];
        return string.Join(
            ',',
            secrets.Select(secret =>
                $"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}"
            )
        );
    }
}
