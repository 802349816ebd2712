using System.Net;
using System.Net.Sockets;

namespace Scheduler.Tests.Campaigns.Proxies;

/// <summary>
/// Stands between a process and a port on loopback, and can be slow, deaf in one or both directions, or cut a connection right after the
/// database has said that it committed something, before the client hears of it.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Func<int> target;
    private readonly CancellationTokenSource ended = new();
    private readonly Lock gate = new();
    private readonly HashSet<Pair> pairs = [];
    private int commits;
    private int cuts;
    private int held;

    /// <param name="target">The port for each new connection.</param>
    /// <param name="address">Where it listens; loopback if none is given.</param>
    public TcpProxy(Func<int> target, IPAddress? address = null)
    {
        this.target = target;
        listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = ListenAsync();
    }

    public int Port { get; }

    /// <summary>How long each piece of data waits on its way to the server.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Nothing of the client's is passed on, and nothing is closed.</summary>
    public bool SwallowsRequests { get; set; }

    /// <summary>Nothing of the server's is passed on, and nothing is closed.</summary>
    public bool SwallowsReplies { get; set; }

    /// <summary>Of so many replies to committed writes one is lost together with its connection; none if 0.</summary>
    public int LosesOneCommitIn { get; set; }

    /// <summary>How many replies to commits were lost.</summary>
    public int Cuts => cuts;

    /// <summary>How many pieces were held back or swallowed.</summary>
    public int Held => held;

    /// <summary>Closes every connection that is open now.</summary>
    /// <returns>How many there were.</returns>
    public int CutAll()
    {
        lock (gate)
        {
            var all = pairs.ToList();
            all.ForEach(pair => pair.Close());
            return all.Count;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        CutAll();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(ended.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException) { }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        var pair = new Pair(client, server);
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, target(), ended.Token);
            lock (gate)
            {
                pairs.Add(pair);
            }
            await Task.WhenAny(RequestsAsync(pair), RepliesAsync(pair));
        }
        catch (Exception exception) when (IsOver(exception)) { }
        finally
        {
            lock (gate)
            {
                pairs.Remove(pair);
            }
            pair.Close();
        }
    }

    private async Task RequestsAsync(Pair pair)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await pair.Client.GetStream().ReadAsync(buffer, ended.Token) is > 0 and var read)
            {
                if (SwallowsRequests)
                {
                    Interlocked.Increment(ref held);
                    continue;
                }
                if (Delay > TimeSpan.Zero)
                {
                    Interlocked.Increment(ref held);
                    await Task.Delay(Delay, TimeProvider.System, ended.Token);
                }
                await pair.Server.GetStream().WriteAsync(buffer.AsMemory(0, read), ended.Token);
            }
        }
        catch (Exception exception) when (IsOver(exception)) { }
    }

    private async Task RepliesAsync(Pair pair)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await pair.Server.GetStream().ReadAsync(buffer, ended.Token) is > 0 and var read)
            {
                if (
                    LosesOneCommitIn > 0
                    && IsCommitted(buffer.AsSpan(0, read))
                    && Interlocked.Increment(ref commits) % LosesOneCommitIn == 0
                )
                {
                    Interlocked.Increment(ref cuts);
                    return;
                }
                if (SwallowsReplies)
                {
                    Interlocked.Increment(ref held);
                    continue;
                }
                await pair.Client.GetStream().WriteAsync(buffer.AsMemory(0, read), ended.Token);
            }
        }
        catch (Exception exception) when (IsOver(exception)) { }
    }

    /// <summary>
    /// Whether the server reports writes and that it is idle again, which it says after the commit: the messages CommandComplete with
    /// INSERT, UPDATE or DELETE, and at the end ReadyForQuery (PostgreSQL's frontend/backend protocol 3.0).
    /// </summary>
    private static bool IsCommitted(ReadOnlySpan<byte> reply) =>
        reply.EndsWith("Z\0\0\0\u0005I"u8)
        && (reply.IndexOf("INSERT 0 "u8) >= 0 || reply.IndexOf("UPDATE "u8) >= 0 || reply.IndexOf("DELETE "u8) >= 0);

    private static bool IsOver(Exception exception) =>
        exception
            is OperationCanceledException
                or SocketException
                or IOException
                or ObjectDisposedException
                or InvalidOperationException;

    private sealed record Pair(TcpClient Client, TcpClient Server)
    {
        public void Close()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
