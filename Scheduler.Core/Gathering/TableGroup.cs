namespace Scheduler.Core.Gathering;

/// <summary>
/// Operations on the same tables. One script of them is in flight at a time, and what arrives meanwhile is gathered into the
/// next; the operations take turns, so that none holds up another.
/// </summary>
public sealed class TableGroup
{
    private readonly List<IGatheredLine> lines = [];
    private int served;
    private bool isSending;

    /// <summary>Guards every line of the group; held for moments only, never across an await.</summary>
    internal Lock Gate { get; } = new();

    internal void Add(IGatheredLine line)
    {
        lock (Gate)
        {
            lines.Add(line);
        }
    }

    /// <summary>
    /// Sends what waits, unless that is being done already. An idle group sends on the caller's own stack: a lone call waits for
    /// nobody and changes no thread.
    /// </summary>
    internal void Serve()
    {
        lock (Gate)
        {
            if (isSending)
            {
                return;
            }
            isSending = true;
        }
        _ = SendAllAsync();
    }

    private async Task SendAllAsync()
    {
        for (var send = NextBatch(); send is not null; )
        {
            await send();
            send = NextBatch();
            if (send is not null)
            {
                // It came from others: the first caller has its answer and must not work for them.
                await Task.Yield();
            }
        }
    }

    private Func<Task>? NextBatch()
    {
        lock (Gate)
        {
            for (var step = 1; step <= lines.Count; step++)
            {
                var index = (served + step) % lines.Count;
                if (lines[index].TakeBatch() is { } send)
                {
                    served = index;
                    return send;
                }
            }
            isSending = false;
            return null;
        }
    }
}
