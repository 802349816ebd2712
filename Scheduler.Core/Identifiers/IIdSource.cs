using NodaTime;

namespace Scheduler.Core.Identifiers;

/// <summary>The one source of new identifiers and nonces, so that a simulation can replay them.</summary>
public interface IIdSource
{
    /// <summary>A fresh identifier that sorts by <paramref name="now"/>; 32 hexadecimal digits.</summary>
    string NewId(Instant now);

    /// <summary>A fresh unguessable text of 32 hexadecimal digits.</summary>
    string NewNonce();
}
