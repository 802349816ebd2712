using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Scheduler.Core.Contracts;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Audit;

/// <summary>The hash of a row in its place: SHA-256, lower-case hex, over the row's canonical form.</summary>
/// <remarks>
/// The canonical form is a run of values, each four bytes of length (big-endian) and so many bytes of UTF-8; a null is the
/// length 0xFFFFFFFF alone. In this order: the text <c>scheduler-audit-1</c>, previous hash, position, audit_id, chain,
/// customer_id, at (microseconds since 1970), actor_kind, key_id, request_id, action, target, before_json, after_json;
/// numbers in decimal. Lengths keep one column's end from being read as the next one's beginning.
/// </remarks>
public static class EntryHash
{
    /// <summary>What stands before a chain's first row.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    private const string Version = "scheduler-audit-1";

    public static string Of(AuditEntry entry, long position, string previousHash)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string?[] values =
        [
            Version,
            previousHash,
            position.ToString(CultureInfo.InvariantCulture),
            entry.AuditId,
            entry.Chain,
            entry.CustomerId,
            entry.At.Micros().ToString(CultureInfo.InvariantCulture),
            Wire.Name(entry.ActorKind),
            entry.KeyId,
            entry.RequestId,
            entry.Action,
            entry.Target,
            entry.BeforeJson,
            entry.AfterJson,
        ];
        Span<byte> length = stackalloc byte[4];
        foreach (var value in values)
        {
            var bytes = value is null ? [] : Encoding.UTF8.GetBytes(value);
            BinaryPrimitives.WriteUInt32BigEndian(length, value is null ? uint.MaxValue : (uint)bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
