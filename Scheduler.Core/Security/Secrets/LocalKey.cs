using System.Security.Cryptography;

namespace Scheduler.Core.Security.Secrets;

/// <summary>One version of the local wrapping key. A class, not a record: a record would print it.</summary>
internal sealed class LocalKey
{
    public const int KeyBytes = 32;
    public const int IdBytes = 8;

    public LocalKey(int number, byte[] bytes)
    {
        (Number, Bytes) = (number, bytes);
        Id = SHA256.HashData(bytes)[..IdBytes];
        Name = $"local:{number}-{Convert.ToHexStringLower(Id)[..8]}";
    }

    public int Number { get; }
    public byte[] Bytes { get; }

    /// <summary>Finds the key again for what it wrapped; tells nothing of it, the key being random.</summary>
    public byte[] Id { get; }

    /// <summary>What stands in <c>kms_key_version</c>.</summary>
    public string Name { get; }

    public override string ToString() => Name;
}
