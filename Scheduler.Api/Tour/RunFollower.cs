using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Tour;

/// <summary>Tells what happens to the tour's runs until none is open any more.</summary>
internal sealed class RunFollower(RunStore runs, PipelineConfigStore configs, TimeProvider time, TextWriter output)
{
    private const int Page = 200;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly Duration WorthTelling = Duration.FromSeconds(1);

    private readonly Dictionary<string, RunState> told = [];
    private readonly HashSet<string> seen = [];
    private readonly Dictionary<string, string> pipelines = [];
    private readonly long started = time.GetTimestamp();

    private Duration Elapsed => time.GetElapsedTime(started).ToDuration();

    private Instant Now => time.GetUtcNow().ToInstant();

    /// <summary>Takes the runs that have ended as told.</summary>
    /// <returns>How many there are, by state.</returns>
    public async Task<IReadOnlyDictionary<RunState, int>> TakeStockAsync(CancellationToken cancellationToken)
    {
        var ended = (await ListAsync(cancellationToken)).Where(run => RunTransitions.IsFinal(run.State)).ToList();
        foreach (var run in ended)
        {
            told[run.RunId] = run.State;
            seen.Add(run.RunId);
        }
        return ended.CountBy(run => run.State).ToDictionary();
    }

    /// <summary>Follows until no run is open, at most so long.</summary>
    /// <returns>Whether there was anything to tell.</returns>
    public async Task<bool> FollowAsync(Duration limit, CancellationToken cancellationToken)
    {
        await NamePipelinesAsync(cancellationToken);
        var before = told.Count;
        while (true)
        {
            var now = await ListAsync(cancellationToken);
            Tell(now);
            if (now.All(run => RunTransitions.IsFinal(run.State)) || Elapsed > limit)
            {
                return told.Count > before;
            }
            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }

    private async Task NamePipelinesAsync(CancellationToken cancellationToken)
    {
        foreach (var customer in TourCast.Customers)
        {
            foreach (var config in await configs.ListAsync(customer.CustomerId, null, null, Page, cancellationToken))
            {
                pipelines[config.ConfigId] = config.PipelineName;
            }
        }
    }

    private async Task<List<Run>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<Run>();
        foreach (var customer in TourCast.Customers)
        {
            var filter = new RunFilter { Limit = Page };
            IReadOnlyList<Run> page;
            do
            {
                page = await runs.ListAsync(customer.CustomerId, filter, cancellationToken);
                all.AddRange(page);
                filter = filter with { After = page.Count == 0 ? null : (page[^1].ScheduledTime, page[^1].RunId) };
            } while (page.Count == Page);
        }
        return [.. all.OrderBy(run => run.ActualEndTime ?? Instant.MaxValue).ThenBy(run => run.ScheduledTime)];
    }

    private void Tell(List<Run> current)
    {
        var news = current.Where(run => !told.TryGetValue(run.RunId, out var state) || state != run.State).ToList();
        var queued = news.Count(run => seen.Add(run.RunId) && run is { RetryAttempt: 0, Reason: null });
        if (queued > 0)
        {
            output.WriteLine(RunLine.Queued(Elapsed, queued));
        }
        foreach (var skipped in news.Where(run => run.State == RunState.Skipped).GroupBy(run => run.ConfigId))
        {
            output.WriteLine(RunLine.Skipped(Elapsed, [.. skipped], pipelines[skipped.Key]));
        }
        foreach (var run in news)
        {
            if (run.State is not (RunState.Pending or RunState.Skipped) && !IsTooShort(run))
            {
                output.WriteLine(RunLine.Of(Elapsed, run, pipelines[run.ConfigId], Now));
            }
        }
        foreach (var run in news.Where(run => !IsTooShort(run)))
        {
            told[run.RunId] = run.State;
        }
    }

    // That a run is running is news only if it goes on for a while; its end comes soon enough otherwise.
    private bool IsTooShort(Run run) => run.State == RunState.Running && Now - run.ActualStartTime < WorthTelling;
}
