using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Scheduler.Api.Import;

/// <summary>
/// Cuts a body into lines, never holding more of it than one line may be long, and keeps the digest of every byte. Not safe
/// for concurrent use.
/// </summary>
/// <param name="body">Read to its end.</param>
/// <param name="longestLine">In bytes; the rest of a longer one is passed over.</param>
/// <param name="mostBytes">Of the body; past them reading ends.</param>
internal sealed class LineReader(PipeReader body, int longestLine, long mostBytes) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> line = new();
    private ReadOnlySequence<byte> unread;
    private bool hasPiece;
    private bool isLastPiece;
    private bool isTooLong;

    public long Bytes { get; private set; }

    /// <summary>True when reading ended because the body has more bytes than it may.</summary>
    public bool IsOverLimit { get; private set; }

    /// <summary>SHA-256 of what was read, lower-case hex.</summary>
    public string Digest() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>The next line without its end; null after the last. Valid until the next call.</summary>
    public async ValueTask<BodyLine?> ReadAsync(CancellationToken cancellationToken)
    {
        line.ResetWrittenCount();
        isTooLong = false;
        while (true)
        {
            if (TakeFromUnread())
            {
                return new BodyLine(line.WrittenMemory, isTooLong);
            }
            if (isLastPiece || IsOverLimit)
            {
                return (line.WrittenCount > 0 || isTooLong) && !IsOverLimit
                    ? new BodyLine(line.WrittenMemory, isTooLong)
                    : null;
            }
            await NextPieceAsync(cancellationToken);
        }
    }

    /// <summary>Also gives the last piece back, so that the server can read on to the body's end.</summary>
    public void Dispose()
    {
        if (hasPiece)
        {
            body.AdvanceTo(unread.End);
            hasPiece = false;
        }
        hash.Dispose();
    }

    private async ValueTask NextPieceAsync(CancellationToken cancellationToken)
    {
        if (hasPiece)
        {
            body.AdvanceTo(unread.End);
        }
        hasPiece = true;
        var piece = await body.ReadAsync(cancellationToken);
        Take(piece);
    }

    private void Take(ReadResult piece)
    {
        unread = piece.Buffer;
        isLastPiece = piece.IsCompleted;
        Bytes += unread.Length;
        IsOverLimit = Bytes > mostBytes;
        foreach (var segment in unread)
        {
            hash.AppendData(segment.Span);
        }
    }

    /// <summary>Moves bytes into the line; true at the line's end.</summary>
    private bool TakeFromUnread()
    {
        if (IsOverLimit)
        {
            return false;
        }
        var end = unread.PositionOf((byte)'\n');
        var part = end is { } position ? unread.Slice(0, position) : unread;
        if (line.WrittenCount + part.Length > longestLine)
        {
            isTooLong = true;
        }
        else
        {
            foreach (var segment in part)
            {
                line.Write(segment.Span);
            }
        }
        unread = end is { } at ? unread.Slice(unread.GetPosition(1, at)) : unread.Slice(unread.End);
        return end is not null;
    }
}
