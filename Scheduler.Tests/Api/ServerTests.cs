using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>What only the real server does: its limits, and where it listens.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly ApiHost host = ApiHost.Development(
        app => app.MapPost("/test/heartbeat", (Body<HeartbeatRequest> body) => body.Value.WorkerId).RequireAdmin(),
        ("PORT", "0")
    );

    public ServerTests()
    {
        host.UseKestrel();
        host.StartServer();
    }

    public void Dispose() => host.Dispose();

    [Test]
    public void In_development_it_listens_on_loopback_only()
    {
        Assert.That(IPAddress.IsLoopback(IPAddress.Parse(Address.Host)), Is.True);
    }

    [Test]
    public async Task Too_many_header_bytes_are_refused_by_the_server_itself()
    {
        var answer = await RawAsync(
            $"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: {new string('a', 17_000)}\r\n\r\n"
        );

        Assert.That(answer, Does.StartWith("HTTP/1.1 431 "));
    }

    [TestCase("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [TestCase("nonsense\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n")]
    public async Task What_is_not_http_is_refused_by_the_server_itself(string request)
    {
        Assert.That(await RawAsync(request), Does.StartWith("HTTP/1.1 400 "));
    }

    [Test]
    public async Task An_empty_key_is_a_wrong_key()
    {
        var answer = await RawAsync(
            "POST /test/heartbeat HTTP/1.1\r\nHost: x\r\nX-Admin-Key: \r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );

        Assert.That(answer, Does.StartWith("HTTP/1.1 401 ").And.Contains("INVALID_API_KEY"));
    }

    [Test]
    public async Task A_body_far_over_the_limit_is_not_read()
    {
        var answer = await RawAsync(
            "POST /test/heartbeat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + $"X-Admin-Key: {ApiHost.AdminKey}\r\nContent-Length: 1073741824\r\nConnection: close\r\n\r\n"
        );

        Assert.That(answer, Does.StartWith("HTTP/1.1 413 ").And.Contains("PAYLOAD_TOO_LARGE"));
    }

    private Uri Address => host.CreateClient().BaseAddress!;

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        var answer = new byte[8192];
        var count = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(answer, 0, count);
    }
}
