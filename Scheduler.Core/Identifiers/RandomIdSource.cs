using System.Security.Cryptography;
using NodaTime;

namespace Scheduler.Core.Identifiers;

/// <summary>UUID version 7 for identifiers, 128 random bits for nonces.</summary>
public sealed class RandomIdSource : IIdSource
{
    public string NewId(Instant now) => Guid.CreateVersion7(now.ToDateTimeOffset()).ToString("N");

    public string NewNonce() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
