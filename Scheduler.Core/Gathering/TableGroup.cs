namespace Scheduler.Core.Gathering;

/// <summary>
/// Operations on the same tables. One script of them is in flight at a time, and what arrives meanwhile is gathered into the
/// next; the operations take turns, so that none holds up another.
/// </summary>
public sealed class TableGroup
{
    private readonly List<Lane> lanes = [];
    private readonly TimeSpan interval;
    private readonly TimeProvider? time;
    private int served;
    private bool isSending;

    /// <summary>Goes off when the next of those that wait out their interval may be sent.</summary>
    private ITimer? alarm;

    /// <summary>A group whose lone calls wait for nothing.</summary>
    public TableGroup() { }

    /// <summary>
    /// A group whose scripts cost money: those of one operation begin at least <paramref name="interval"/> after one another, and what
    /// comes in between is gathered. The first call after a rest still goes at once.
    /// </summary>
    public TableGroup(TimeSpan interval, TimeProvider time)
    {
        this.interval = interval;
        this.time = interval > TimeSpan.Zero ? time : null;
    }

    /// <summary>Guards every line of the group; held for moments only, never across an await.</summary>
    internal Lock Gate { get; } = new();

    internal void Add(IGatheredLine line)
    {
        lock (Gate)
        {
            lanes.Add(new Lane(line));
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
            TimeSpan? pause = null;
            for (var step = 1; step <= lanes.Count; step++)
            {
                var index = (served + step) % lanes.Count;
                var lane = lanes[index];
                if (lane.Line.IsEmpty)
                {
                    continue;
                }
                var left = Left(lane);
                if (left <= TimeSpan.Zero)
                {
                    served = index;
                    lane.Begun = time?.GetTimestamp();
                    return lane.Line.TakeBatch();
                }
                pause = pause < left ? pause : left;
            }
            isSending = false;
            if (pause is { } wait)
            {
                alarm?.Dispose();
                alarm = time!.CreateTimer(_ => Serve(), null, wait, Timeout.InfiniteTimeSpan);
            }
            return null;
        }
    }

    private TimeSpan Left(Lane lane) =>
        lane.Begun is { } begun ? interval - time!.GetElapsedTime(begun) : TimeSpan.Zero;

    private sealed class Lane(IGatheredLine line)
    {
        public IGatheredLine Line => line;

        /// <summary>When its last script began.</summary>
        public long? Begun { get; set; }
    }
}
