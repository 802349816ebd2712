using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>When a delivery that failed is tried again, and when it is given up: pure.</summary>
public static class DeliveryPolicy
{
    /// <summary>For how long a sink may be away without losing anything.</summary>
    public static readonly Duration Window = Duration.FromHours(24);

    /// <summary>How long deliveries can be looked up.</summary>
    public static readonly Duration Kept = Duration.FromDays(30);

    private static readonly Duration First = Duration.FromSeconds(30);
    private static readonly Duration Longest = Duration.FromHours(1);

    /// <summary>
    /// After failed attempt n a wait of 30 s × 2^(n−1), an hour at most, give or take a fifth: by the delivery's id, so that the same
    /// delivery waits the same wherever it is decided and those of one outage do not all come back at once. A sink that asks for a longer
    /// wait gets it, up to an hour. The last attempt is made when the window ends.
    /// </summary>
    /// <param name="deliveryId">The delivery.</param>
    /// <param name="attempts">How many have failed, from 1.</param>
    /// <param name="retryAfter">The wait that the sink asked for.</param>
    /// <param name="giveUpAt">The end of the window.</param>
    /// <param name="now">The time of the failure.</param>
    /// <returns>When to try again; null to give it up.</returns>
    public static Instant? NextAttempt(
        string deliveryId,
        int attempts,
        Duration? retryAfter,
        Instant giveUpAt,
        Instant now
    )
    {
        if (now >= giveUpAt)
        {
            return null;
        }
        // 30 s doubles seven times before it passes an hour; further ones would leave what a number holds.
        var doubled = First * Math.Pow(2, Math.Min(attempts - 1, 7));
        var wait = Duration.Min(doubled, Longest) * (0.8 + 0.4 * Share(deliveryId, attempts));
        if (retryAfter is { } asked && asked > wait)
        {
            wait = Duration.Min(asked, Longest);
        }
        return Instant.Min(now + wait, giveUpAt);
    }

    /// <summary>From 0 to 1, even over all deliveries and attempts.</summary>
    private static double Share(string deliveryId, int attempts)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{deliveryId}/{attempts}"));
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (double)uint.MaxValue;
    }
}
