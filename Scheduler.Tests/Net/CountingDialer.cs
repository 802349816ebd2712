using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Scheduler.Core.Net;

namespace Scheduler.Tests.Net;

/// <summary>Notes every connection; connects to nobody.</summary>
internal sealed class CountingDialer : IDialer
{
    private readonly Channel<bool> dialed = Channel.CreateUnbounded<bool>();

    public List<string> Dialed { get; } = [];

    /// <summary>What each connection says, or null to refuse it.</summary>
    public string? Reply { get; set; }

    /// <summary>Whether a connection stays open for ever without coming about.</summary>
    public bool Hangs { get; set; }

    public Task NextAsync() => dialed.Reader.ReadAsync().AsTask();

    public async ValueTask<Stream> DialAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        Dialed.Add(endPoint.ToString());
        dialed.Writer.TryWrite(true);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        return Reply is null
            ? throw new SocketException((int)SocketError.ConnectionRefused)
            : new Conversation(new MemoryStream(Encoding.ASCII.GetBytes(Reply)));
    }

    /// <summary>Reads the reply; what is written to it is lost.</summary>
    private sealed class Conversation(Stream reply) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => reply.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            reply.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count) { }

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        ) => ValueTask.CompletedTask;

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
