using System.Net;
using Microsoft.Extensions.Logging;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;

namespace Scheduler.Core.Execution;

/// <summary>Runs one queue item in this process for a caller who waits for it. Any number of calls at once.</summary>
public sealed class InlineExecution : IDisposable
{
    private readonly ISchedulerApi api;
    private readonly InlineExecutionOptions options;
    private readonly TimeProvider time;
    private readonly LiveRuns runs;

    public InlineExecution(
        ISchedulerApi api,
        IPipelineRunner runner,
        InlineExecutionOptions options,
        TimeProvider time,
        Random random,
        ILogger logger
    )
    {
        this.api = api;
        this.options = options;
        this.time = time;
        runs = new LiveRuns(api, runner, options.ExecutorId, time, random, logger);
    }

    /// <summary>
    /// Leases the next item, runs it and waits for its end, at most <paramref name="maxWait"/>; after that, and when the
    /// caller goes away, the run goes on by itself. Null when there is nothing to run, or the process is going down.
    /// </summary>
    /// <param name="workerId">Who asks; shown on the run.</param>
    /// <exception cref="HttpRequestException">The claim was answered with an error.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<InlineResponse?> RunNextAsync(
        string workerId,
        Duration maxWait,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (runs.Draining || await ClaimAsync(workerId) is not var (item, term))
        {
            return null;
        }
        var run = runs.Start(item, term);
        var ended = new Signal(time);
        _ = RaiseAtEndAsync(run, ended);
        await ended.WaitAsync(maxWait, cancellationToken);
        return run.IsCompleted ? InlineAnswer.From(item, await run) : InlineAnswer.StillRunning(item);
    }

    /// <summary>Lets the runs end for the grace, hands back the rest; returns at most 2.5 seconds after the grace.</summary>
    public Task DrainAsync() => runs.DrainAsync(options.DrainGrace, Task.CompletedTask);

    public void Dispose() => runs.Dispose();

    private static async Task RaiseAtEndAsync(Task run, Signal ended)
    {
        await run.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
        ended.Raise();
    }

    private async Task<(LeaseItem Item, LeaseTerm Term)?> ClaimAsync(string workerId)
    {
        var request = new ProcessQueueRequest { WorkerId = workerId, Execution = ExecutionMode.Lease };
        var sentAt = time.MonotonicNow();
        // Not under the caller's token: a claim whose caller leaves may have been committed, and then has to be run.
        using var response = await api.LeaseAsync(request, CancellationToken.None);
        if (response.StatusCode == HttpStatusCode.NotFound || response.Content is { Items.Count: 0 })
        {
            return null;
        }
        if (response is not { IsSuccessStatusCode: true, Content.Items: [var item, ..] })
        {
            throw new HttpRequestException(
                "The claim was not answered with an item.",
                response.Error,
                response.StatusCode
            );
        }
        return (item, LeaseTerm.Of(item.LeaseSeconds, sentAt, time.MonotonicNow()));
    }
}
