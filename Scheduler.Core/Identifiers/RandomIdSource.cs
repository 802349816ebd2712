using System.Buffers.Binary;
using System.Security.Cryptography;
using NodaTime;

namespace Scheduler.Core.Identifiers;

/// <summary>
/// UUID version 7 for identifiers, 128 random bits for nonces. Identifiers of one instant sort in the order in which they were
/// made: what is written together then lies together in the store's indexes, and is found there together later.
/// </summary>
public sealed class RandomIdSource : IIdSource
{
    // 26 bits behind the time count; 48 random bits tell processes apart.
    private const int HighBits = 12;
    private const int LowBits = 14;

    private int made;

    public string NewId(Instant now)
    {
        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id[10..]);
        var count = (uint)Interlocked.Increment(ref made);
        var high = (count >> LowBits) & ((1 << HighBits) - 1);
        var low = count & ((1 << LowBits) - 1);
        BinaryPrimitives.WriteInt64BigEndian(id, (now.ToUnixTimeMilliseconds() << 16) | 0x7000 | high);
        BinaryPrimitives.WriteUInt16BigEndian(id[8..], (ushort)(0x8000 | low));
        return Convert.ToHexStringLower(id);
    }

    public string NewNonce() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
