using System.Collections.Concurrent;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>A job, which runs from its making on.</summary>
internal sealed class EmulatedJob
{
    private static long made;

    private readonly CancellationTokenSource stop;
    private readonly TimeSpan? limit;
    private volatile bool isCancelled;

    /// <param name="id">As given with jobs.insert, or made up for jobs.query.</param>
    /// <param name="operation">The label that tells what it was for.</param>
    /// <param name="dataset">Its default dataset.</param>
    /// <param name="location">Where it runs; whoever asks for it elsewhere does not find it.</param>
    /// <param name="limit">How long it may take by <paramref name="time"/>; null for as long as it likes.</param>
    /// <param name="time">The emulator's clock.</param>
    /// <param name="run">Its work; fails with a <see cref="SqlFailure"/>.</param>
    public EmulatedJob(
        string id,
        string operation,
        string dataset,
        string location,
        TimeSpan? limit,
        TimeProvider time,
        Func<ConcurrentQueue<StatementUse>, CancellationToken, Task<QueryOutcome>> run
    )
    {
        (Id, Operation, Dataset, Location) = (id, operation, dataset, location);
        this.limit = limit;
        stop = limit is { } most ? new CancellationTokenSource(most, time) : new CancellationTokenSource();
        Done = Task.Run(() => RunAsync(run));
    }

    public string Id { get; }

    public string Operation { get; }

    public string Dataset { get; }

    public string Location { get; }

    /// <summary>Rises with each job that is made.</summary>
    public long Number { get; } = Interlocked.Increment(ref made);

    /// <summary>Its outcome; faulted with a <see cref="SqlFailure"/>.</summary>
    public Task<QueryOutcome> Done { get; }

    /// <summary>The statements so far that looked at a table: those of a job that failed later are billed all the same.</summary>
    public ConcurrentQueue<StatementUse> Uses { get; } = new();

    /// <summary>Asks it to stop: what it has not committed is undone. Nothing happens to one that has ended.</summary>
    public void Cancel()
    {
        if (!Done.IsCompleted)
        {
            isCancelled = true;
            stop.Cancel();
        }
    }

    private async Task<QueryOutcome> RunAsync(
        Func<ConcurrentQueue<StatementUse>, CancellationToken, Task<QueryOutcome>> run
    )
    {
        try
        {
            return await run(Uses, stop.Token);
        }
        catch (OperationCanceledException)
        {
            throw new SqlFailure(
                "stopped",
                isCancelled
                    ? "Job execution was cancelled: User requested cancellation"
                    : $"Job execution was cancelled: Job timed out after {limit!.Value.TotalSeconds:0}s"
            );
        }
    }
}
