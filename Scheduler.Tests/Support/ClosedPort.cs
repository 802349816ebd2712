using System.Net;
using System.Net.Sockets;

namespace Scheduler.Tests.Support;

/// <summary>A loopback port that refuses every connection. It is held while in use: a port merely let go may at once be another
/// test's server.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");

    public void Dispose() => socket.Dispose();
}
