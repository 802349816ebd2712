namespace Scheduler.Core.Alerts.Delivery;

/// <summary>How the connection to a mail server is secured.</summary>
public enum EmailTls
{
    /// <summary>Begins in the clear and must change to TLS before anything is said (RFC 3207); a server that cannot gets no mail.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Implicit,

    /// <summary>In the clear: a relay on this host or in a closed network. No password is sent that way but to loopback.</summary>
    None,
}
