using System.Net;
using System.Net.Sockets;

namespace Scheduler.Core.Net;

/// <summary>
/// Makes HTTP clients for URLs that customers wrote. A client resolves the name itself, checks every address and connects
/// to one it has checked, so that a name cannot change its address in between. No redirects, no proxy, no cookies,
/// HTTP/1.1, TLS with the system's validation, and a new check for every request.
/// </summary>
public sealed class GuardedHttp(IHostResolver resolver, IDialer dialer, TimeProvider timeProvider)
{
    /// <summary>Resolving and connecting together.</summary>
    public static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15);

    /// <summary>A client without a time-out of its own: its caller's token ends a call.</summary>
    /// <param name="find">The entry that admits a URL, or null; asked for every request and every connection.</param>
    public HttpClient CreateClient(Func<Uri, AllowedHost?> find) =>
        new(CreateHandler(find))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    /// <summary>What such a client sends through, for libraries that make their client themselves.</summary>
    /// <param name="find">As for a client.</param>
    public HttpMessageHandler CreateHandler(Func<Uri, AllowedHost?> find) =>
        new DestinationCheck(find, CreateSocketsHandler(find));

    private SocketsHttpHandler CreateSocketsHandler(Func<Uri, AllowedHost?> find) =>
        new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // No connection outlives its request: the next one is resolved and checked again.
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context, find, cancellationToken),
        };

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        Func<Uri, AllowedHost?> find,
        CancellationToken cancellationToken
    )
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var entry = DestinationCheck.Require(find, context.InitialRequestMessage.RequestUri);
        using var patience = new CancellationTokenSource(ConnectWithin, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var addresses = await AddressesAsync(host, entry, either.Token);
            return await DialAsync(addresses, port, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No connection within {ConnectWithin.TotalSeconds:0} s.", exception);
        }
    }

    /// <summary>One forbidden address spoils the name: a mixed answer is how rebinding looks.</summary>
    private async Task<IReadOnlyList<IPAddress>> AddressesAsync(
        string host,
        AllowedHost entry,
        CancellationToken cancellationToken
    )
    {
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await resolver.ResolveAsync(host, cancellationToken);
        if (addresses.Count == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }
        return addresses.All(address => entry.Admits(AddressRules.ReachOf(address)))
            ? addresses
            : throw new BlockedDestinationException($"The host {host} has an address that must not be connected to.");
    }

    private async Task<Stream> DialAsync(
        IReadOnlyList<IPAddress> addresses,
        int port,
        CancellationToken cancellationToken
    )
    {
        // An address that swallows packets must not use up the time of those behind it.
        var share = ConnectWithin / addresses.Count;
        for (var place = 0; ; place++)
        {
            using var patience = new CancellationTokenSource(share, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                return await dialer.DialAsync(new IPEndPoint(addresses[place], port), either.Token);
            }
            catch (Exception exception)
                when (exception is SocketException or OperationCanceledException
                    && place + 1 < addresses.Count
                    && !cancellationToken.IsCancellationRequested
                )
            {
                // The next one may answer.
            }
        }
    }
}
