namespace Scheduler.Core.Net;

/// <summary>Who may be sent to an address.</summary>
public enum AddressReach
{
    /// <summary>Nobody: metadata services, link-local, multicast, documentation, tunnels, and what is not assigned.</summary>
    Never,

    /// <summary>Loopback and private networks: only where the operator has said so.</summary>
    Internal,

    /// <summary>The open internet.</summary>
    Public,
}
