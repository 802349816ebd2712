using System.Net;

namespace Scheduler.Core.Net;

/// <summary>Turns a host name into addresses. The only place where names are resolved for guarded connections.</summary>
public interface IHostResolver
{
    /// <exception cref="System.Net.Sockets.SocketException">The name has no address, or nobody answered.</exception>
    Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken);
}
