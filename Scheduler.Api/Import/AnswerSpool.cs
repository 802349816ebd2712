using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Import;

/// <summary>
/// Answers on their way out. Whoever sends the whole body before reading a byte of the answer would otherwise block the
/// import, and the import the caller: what the connection does not take waits in a file without a name, not in memory.
/// One writer, one copier.
/// </summary>
internal sealed class AnswerSpool : IDisposable
{
    private const int Piece = 64 * 1024;

    private readonly SafeFileHandle file;
    private readonly SemaphoreSlim news = new(0);
    private long written;
    private volatile bool isComplete;

    public AnswerSpool()
    {
        var path = Path.Combine(Path.GetTempPath(), $"scheduler-import-{Guid.NewGuid():N}");
        file = File.OpenHandle(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose
        );
    }

    public void Write(IReadOnlyList<ImportLineResponse> answers)
    {
        using var bytes = new MemoryStream();
        foreach (var answer in answers)
        {
            JsonSerializer.Serialize(bytes, answer, WireJson.Options);
            bytes.WriteByte((byte)'\n');
        }
        RandomAccess.Write(file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), written);
        Interlocked.Add(ref written, bytes.Length);
        news.Release();
    }

    public void Complete()
    {
        isComplete = true;
        news.Release();
    }

    /// <summary>Sends everything that is written, as fast as the caller takes it, until the spool is complete.</summary>
    public async Task CopyToAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var buffer = new byte[Piece];
        long sent = 0;
        while (true)
        {
            var isLast = isComplete;
            while (sent < Interlocked.Read(ref written))
            {
                var count = await RandomAccess.ReadAsync(file, buffer, sent, cancellationToken);
                await response.Body.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                sent += count;
            }
            await response.Body.FlushAsync(cancellationToken);
            if (isLast)
            {
                return;
            }
            await news.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        file.Dispose();
        news.Dispose();
    }
}
