using System.Net;

namespace Scheduler.Core.Net;

/// <summary>Opens connections to addresses that have been checked.</summary>
public interface IDialer
{
    /// <exception cref="System.Net.Sockets.SocketException">The connection was refused or failed.</exception>
    ValueTask<Stream> DialAsync(IPEndPoint endPoint, CancellationToken cancellationToken);
}
