using System.Security.Cryptography;
using System.Text;

namespace Scheduler.Api.Auth;

/// <summary>The keys of one role that are set in the environment. Only their SHA-256 is kept, so nothing can print them.</summary>
public sealed class MachineKeys
{
    /// <summary>What a key has to be, as the end of a sentence.</summary>
    public const string Rule = "24 to 256 letters, digits or punctuation characters, at least 8 of them different";

    public static readonly MachineKeys None = new([]);

    private const int HashLength = 32;

    private readonly byte[][] hashes;

    public MachineKeys(IEnumerable<string> keys) => hashes = [.. keys.Select(Hash)];

    public int Count => hashes.Length;

    /// <summary>True when a key is long and varied enough to be one.</summary>
    public static bool IsStrong(string key) =>
        key.Length is >= 24 and <= 256
        && key.All(character => character is > ' ' and < '\x7f' and not ',')
        && key.Distinct().Count() >= 8;

    /// <summary>
    /// The place of the presented key in the list, from 1; 0 when it is none of them. Compares hashes of equal length,
    /// all of them, in fixed time: the time taken says nothing about a key.
    /// </summary>
    public int PlaceOf(string presented)
    {
        var hash = Hash(presented);
        var place = 0;
        for (var index = 0; index < hashes.Length; index++)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, hashes[index]))
            {
                place = index + 1;
            }
        }
        return place;
    }

    /// <summary>
    /// 32 bytes for one purpose, the same in every process that has the key at that place (HKDF-SHA256, RFC 5869, over the key's hash):
    /// what is signed with them is worth nothing once the key is gone from the setting.
    /// </summary>
    /// <param name="place">From 1, as <see cref="PlaceOf"/> tells it.</param>
    /// <param name="purpose">Keeps what is signed for one use from being taken for another.</param>
    public byte[] Derive(int place, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, hashes[place - 1], HashLength, info: Encoding.UTF8.GetBytes(purpose));

    public bool SharesOneWith(MachineKeys other) =>
        hashes.Any(hash => other.hashes.Any(another => hash.AsSpan().SequenceEqual(another)));

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
