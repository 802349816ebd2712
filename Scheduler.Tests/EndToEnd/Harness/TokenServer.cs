using System.Net;
using System.Net.Sockets;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>Hands an export out to whoever presents the bearer token, on a loopback port.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly HttpListener listener;
    private readonly string token;
    private readonly byte[] body;
    private readonly Task serving;

    public TokenServer(string token, byte[] body)
    {
        (this.token, this.body) = (token, body);
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        serving = ServeAsync();
    }

    public int Port { get; }

    public Uri Export => new($"http://127.0.0.1:{Port}/export.csv");

    /// <summary>The setting that lets workers read it.</summary>
    public (string Name, string Value) Setting => ("Scheduler__Files__AllowedHosts", $"private:127.0.0.1:{Port}");

    public int Refused { get; private set; }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                var context = await listener.GetContextAsync();
                var isKnown = context.Request.Headers["Authorization"] == $"Bearer {token}";
                Refused += isKnown ? 0 : 1;
                context.Response.StatusCode = isKnown ? 200 : 401;
                context.Response.Close(isKnown ? body : [], willBlock: false);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
