using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Scheduler.Tests.Pipelines.Files;

/// <summary>
/// Answers every connection to a port of this host with fixed bytes, as no proper server would. One after the other: a client
/// that is cut off may try again on a connection of its own.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public RawServer(string reply, AfterReply after)
    {
        listener.Start();
        serving = ServeAsync(reply, after);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Done when the request has come and the reply is out.</summary>
    public Task Asked => asked.Task;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
        listener.Dispose();
        stop.Dispose();
    }

    private async Task ServeAsync(string reply, AfterReply after)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop.Token);
                await AnswerIfThereAsync(client, reply, after);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task AnswerIfThereAsync(TcpClient client, string reply, AfterReply after)
    {
        try
        {
            await AnswerAsync(client, reply, after);
        }
        catch (IOException)
        {
            // The client went away before it had asked.
        }
    }

    private async Task AnswerAsync(TcpClient client, string reply, AfterReply after)
    {
        var stream = client.GetStream();
        var request = "";
        var buffer = new byte[4096];
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0)
            {
                return;
            }
            request += Encoding.ASCII.GetString(buffer, 0, count);
        }
        await stream.WriteAsync(Encoding.ASCII.GetBytes(reply), stop.Token);
        asked.TrySetResult();
        if (after == AfterReply.Wait)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
        }
        if (after == AfterReply.Reset)
        {
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }
}
