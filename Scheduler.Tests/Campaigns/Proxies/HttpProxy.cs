using System.Net;
using System.Net.Sockets;

namespace Scheduler.Tests.Campaigns.Proxies;

/// <summary>Stands between a worker and the API as a bad network would: repeats calls, loses answers, delivers heartbeats late.</summary>
internal sealed class HttpProxy : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(90) };
    private readonly Uri target;
    private readonly Random random;
    private readonly Lock gate = new();
    private readonly Task serving;

    public HttpProxy(Uri target, Random random)
    {
        (this.target, this.random) = (target, random);
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Whether it does harm at present.</summary>
    public bool IsBad { get; set; }

    public int Repeated { get; private set; }

    public int Lost { get; private set; }

    public int Late { get; private set; }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
        http.Dispose();
    }

    public static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = PassAsync(await listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(HttpListenerContext context)
    {
        try
        {
            using var kept = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(kept);
            var body = kept.ToArray();
            var path = context.Request.Url!.AbsolutePath;
            var isLate = path.EndsWith("/heartbeat", StringComparison.Ordinal) && Draws(0.3);
            if (isLate)
            {
                Late++;
                await Task.Delay(TimeSpan.FromMilliseconds(Milliseconds(200, 2_500)), TimeProvider.System);
            }
            if (Draws(0.25))
            {
                Repeated++;
                using var first = await http.SendAsync(Copy(context.Request, body));
            }
            using var answer = await http.SendAsync(Copy(context.Request, body));
            var content = await answer.Content.ReadAsByteArrayAsync();
            if (Draws(0.2))
            {
                Lost++;
                context.Response.Abort();
                return;
            }
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            if (answer.Headers.RetryAfter is { } wait)
            {
                context.Response.Headers["Retry-After"] = wait.ToString();
            }
            context.Response.Close(content, willBlock: false);
        }
        catch (Exception exception)
            when (exception
                    is HttpRequestException
                        or HttpListenerException
                        or ObjectDisposedException
                        or IOException
                        or InvalidOperationException
                        or OperationCanceledException
            )
        {
            context.Response.Abort();
        }
    }

    private HttpRequestMessage Copy(HttpListenerRequest request, byte[] body)
    {
        var copy = new HttpRequestMessage(new HttpMethod(request.HttpMethod), new Uri(target, request.RawUrl));
        if (body.Length > 0)
        {
            copy.Content = new ByteArrayContent(body);
            copy.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }
        foreach (
            var name in request.Headers.AllKeys.Where(name =>
                name!.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            copy.Headers.TryAddWithoutValidation(name!, request.Headers[name]);
        }
        return copy;
    }

    private bool Draws(double probability)
    {
        lock (gate)
        {
            return IsBad && random.NextDouble() < probability;
        }
    }

    private int Milliseconds(int least, int most)
    {
        lock (gate)
        {
            return random.Next(least, most);
        }
    }
}
