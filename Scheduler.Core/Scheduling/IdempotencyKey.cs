using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Scheduler.Core.Scheduling;

/// <summary>
/// The key that makes a run unique: one per pipeline, lane, occurrence and attempt, however often it is asked for.
/// </summary>
public static class IdempotencyKey
{
    // Two lengths of an int, two numbers of a long or less with theirs, and the marks between.
    private const int RoomBesidesTexts = 96;

    /// <summary>
    /// Lower-case hex SHA-256 over <c>config_id</c>, <c>lane</c>, <c>scheduled_time</c> and <c>retry_attempt</c>, each
    /// written as <c>{number of bytes in decimal}:{bytes},</c>. Texts are UTF-8; the time is the decimal number of
    /// whole microseconds since 1970-01-01T00:00:00Z and the attempt is decimal, both in ASCII with <c>-</c> if negative.
    /// </summary>
    /// <example><c>printf '%s' '5:cfg-1,8:schedule,16:1735689600000000,1:0,' | sha256sum</c></example>
    public static string Compute(string configId, string lane, Instant scheduledTime, int retryAttempt)
    {
        ArgumentException.ThrowIfNullOrEmpty(configId);
        ArgumentException.ThrowIfNullOrEmpty(lane);
        var room =
            Encoding.UTF8.GetMaxByteCount(configId.Length)
            + Encoding.UTF8.GetMaxByteCount(lane.Length)
            + RoomBesidesTexts;
        byte[]? rented = null;
        Span<byte> buffer = room <= 1024 ? stackalloc byte[1024] : rented = ArrayPool<byte>.Shared.Rent(room);
        var length = AppendText(buffer, configId);
        length += AppendText(buffer[length..], lane);
        length += AppendNumber(buffer[length..], Microseconds(scheduledTime));
        length += AppendNumber(buffer[length..], retryAttempt);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Whole microseconds since the epoch, rounded down: what the stores keep.</summary>
    private static long Microseconds(Instant instant)
    {
        var ticks = instant.ToUnixTimeTicks();
        return (ticks - ((ticks % 10 + 10) % 10)) / 10;
    }

    private static int AppendText(Span<byte> buffer, string text)
    {
        var prefix = AppendLength(buffer, Encoding.UTF8.GetByteCount(text));
        var end = prefix + Encoding.UTF8.GetBytes(text, buffer[prefix..]);
        buffer[end] = (byte)',';
        return end + 1;
    }

    private static int AppendNumber(Span<byte> buffer, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var count);
        var prefix = AppendLength(buffer, count);
        digits[..count].CopyTo(buffer[prefix..]);
        buffer[prefix + count] = (byte)',';
        return prefix + count + 1;
    }

    private static int AppendLength(Span<byte> buffer, int length)
    {
        Utf8Formatter.TryFormat(length, buffer, out var count);
        buffer[count] = (byte)':';
        return count + 1;
    }
}
