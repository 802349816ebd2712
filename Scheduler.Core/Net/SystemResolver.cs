using System.Net;

namespace Scheduler.Core.Net;

/// <summary>Asks the system's resolver.</summary>
public sealed class SystemResolver : IHostResolver
{
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);
}
