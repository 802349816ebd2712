using System.Net;
using System.Text;

namespace Scheduler.Tests.Campaigns.Proxies;

/// <summary>The metadata server of a Google machine as far as its client library asks it: who it is, and for tokens.</summary>
internal sealed class MetadataServer : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task serving;

    public MetadataServer()
    {
        Host = $"127.0.0.1:{HttpProxy.FreePort()}";
        listener.Prefixes.Add($"http://{Host}/");
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>Where it answers, as the variable GCE_METADATA_HOST takes it.</summary>
    public string Host { get; }

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
                var answer = context.Request.Url!.AbsolutePath.EndsWith("/token", StringComparison.Ordinal)
                    ? """{"access_token":"stand-in","expires_in":3600,"token_type":"Bearer"}"""
                    : "googleapis.com";
                context.Response.Headers["Metadata-Flavor"] = "Google";
                context.Response.ContentType = answer[0] == '{' ? "application/json" : "text/plain";
                context.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: false);
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
