using Scheduler.Core.Storage;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Gathering;

/// <summary>
/// Group commit for one operation: calls that come while the group is busy travel together in its next script, and each waits
/// for the commit. Safe for concurrent use.
/// </summary>
/// <typeparam name="TRequest">What one caller asks.</typeparam>
/// <typeparam name="TAnswer">What that caller gets.</typeparam>
public sealed class GatheredOperation<TRequest, TAnswer> : IGatheredLine
{
    private readonly TableGroup group;
    private readonly Func<TRequest, int> size;
    private readonly Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TAnswer>>> send;
    private readonly GatherLimits limits;
    private readonly string? name;
    private readonly LinkedList<Waiting> line = new();
    private long waitingItems;

    /// <param name="group">Whose scripts go one at a time.</param>
    /// <param name="size">How many items a request has.</param>
    /// <param name="send">
    /// Runs the script for the requests, in the order of their coming, and answers each in its place. It either does all of them or
    /// fails and does none.
    /// </param>
    /// <param name="limits">How much goes at once and how much may wait.</param>
    /// <param name="name">What it is called in the metrics; unnamed, it is not in them.</param>
    public GatheredOperation(
        TableGroup group,
        Func<TRequest, int> size,
        Func<IReadOnlyList<TRequest>, Task<IReadOnlyList<TAnswer>>> send,
        GatherLimits limits,
        string? name = null
    )
    {
        this.group = group;
        this.size = size;
        this.send = send;
        this.limits = limits;
        this.name = name;
        group.Add(this);
    }

    /// <summary>Sends the request with those that wait, and returns its own answer after the commit.</summary>
    /// <param name="cancellationToken">
    /// Withdraws the request while it waits. Once it was sent it is no longer heeded: the answer then says what was done.
    /// </param>
    /// <exception cref="StoreBusyException">Too much waits already; the request was not taken.</exception>
    /// <exception cref="OperationCanceledException">The request was withdrawn and had no effect.</exception>
    /// <exception cref="StorageUnavailableException">The store did not answer.</exception>
    public async Task<TAnswer> SendAsync(TRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(request, size(request));
        lock (group.Gate)
        {
            if (line.Count > 0 && IsFull(waiting.Items))
            {
                throw new StoreBusyException();
            }
            line.AddLast(waiting.Place);
            waitingItems += waiting.Items;
        }
        group.Serve();
        if (waiting.Task.IsCompleted || !cancellationToken.CanBeCanceled)
        {
            return await waiting.Task;
        }
        await using (cancellationToken.UnsafeRegister(_ => Withdraw(waiting, cancellationToken), null))
        {
            return await waiting.Task;
        }
    }

    bool IGatheredLine.IsEmpty => line.Count == 0;

    Func<Task> IGatheredLine.TakeBatch()
    {
        var batch = new List<Waiting>();
        for (var items = 0; line.First is { Value: var next }; )
        {
            items += next.Items;
            if (batch.Count > 0 && items > limits.Batch)
            {
                break;
            }
            line.RemoveFirst();
            waitingItems -= next.Items;
            batch.Add(next);
        }
        StoreInstruments.CountBatch(name, batch.Count);
        return () => SendAsync(batch);
    }

    private bool IsFull(int items) =>
        line.Count >= limits.WaitingRequests || waitingItems + items > limits.WaitingItems;

    private void Withdraw(Waiting waiting, CancellationToken cancellationToken)
    {
        lock (group.Gate)
        {
            if (waiting.Place.List is null)
            {
                return;
            }
            line.Remove(waiting.Place);
            waitingItems -= waiting.Items;
        }
        waiting.TrySetCanceled(cancellationToken);
    }

    private async Task SendAsync(List<Waiting> batch)
    {
        IReadOnlyList<TAnswer> answers;
        try
        {
            answers = await send(batch.ConvertAll(waiting => waiting.Request));
        }
        catch (Exception failure) when (failure is StorageUnavailableException || batch.Count == 1)
        {
            batch.ForEach(waiting => waiting.SetException(failure));
            return;
        }
        catch (Exception)
        {
            // One of them is not taken, and nothing was done: by halves, so that only that one fails.
            var half = batch.Count / 2;
            await SendAsync(batch[..half]);
            await SendAsync(batch[half..]);
            return;
        }
        for (var place = 0; place < batch.Count; place++)
        {
            batch[place].SetResult(answers[place]);
        }
    }

    private sealed class Waiting : TaskCompletionSource<TAnswer>
    {
        public Waiting(TRequest request, int items)
            : base(TaskCreationOptions.RunContinuationsAsynchronously)
        {
            Request = request;
            Items = items;
            Place = new LinkedListNode<Waiting>(this);
        }

        public TRequest Request { get; }
        public int Items { get; }
        public LinkedListNode<Waiting> Place { get; }
    }
}
