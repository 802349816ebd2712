using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Core.Pipelines.Normalise;

/// <summary>The identity of a line: SHA-256 over provider, account, day and dimensions, length-prefixed, null apart from empty.</summary>
public static class LineHash
{
    /// <summary>64 lower-case hex digits.</summary>
    public static string Of(params ReadOnlySpan<string?> parts)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        foreach (var part in parts)
        {
            var length = part is null ? -1 : Encoding.UTF8.GetByteCount(part);
            BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(sizeof(int)), length);
            buffer.Advance(sizeof(int));
            Encoding.UTF8.GetBytes(part ?? "", buffer);
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }
}
