using System.Globalization;
using System.Numerics;

namespace Scheduler.Core.Security.Secrets.Kms;

/// <summary>The Castagnoli checksum with which Cloud KMS and its callers find bytes that changed on the way.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return ~crc;
    }

    /// <summary>As JSON carries it: a 64-bit number in text.</summary>
    public static string Text(ReadOnlySpan<byte> bytes) => Of(bytes).ToString(CultureInfo.InvariantCulture);
}
