using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Storage.Contract;

/// <summary>Reading runs: filters, pages, attempts, moves, and nothing of anybody else's.</summary>
internal abstract class RunContract : StoreContract
{
    [Test]
    public async Task Pages_follow_each_other_without_gap_or_repeat()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", [.. Enumerable.Range(0, 7).Select(i => $"p{i}")]);
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var seen = new List<Run>();
        IReadOnlyList<Run> page;
        do
        {
            var after = seen.Count == 0 ? ((Instant, string)?)null : (seen[^1].ScheduledTime, seen[^1].RunId);
            page = await H.Runs.ListAsync("acme", new RunFilter { Limit = 3, After = after }, default);
            seen.AddRange(page);
        } while (page.Count == 3);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen, Has.Count.EqualTo(14));
            Assert.That(seen.Select(run => run.RunId), Is.Unique);
            Assert.That(seen.Select(run => run.ScheduledTime), Is.Ordered.Descending);
        }
    }

    [Test]
    public async Task Each_filter_narrows_the_list()
    {
        await H.OnboardAsync("acme");
        var config = await H.ConfigureAsync("acme", "a");
        await H.QueueAsync("acme", "b");
        var first = H.Now;
        var item = (await H.LeaseAsync()).Single();
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CountAsync(new() { State = RunState.Running }), Is.EqualTo(1));
            Assert.That(await CountAsync(new() { State = RunState.Pending }), Is.EqualTo(3));
            Assert.That(await CountAsync(new() { ConfigId = config.ConfigId }), Is.EqualTo(2));
            Assert.That(await CountAsync(new() { From = H.Now }), Is.EqualTo(2), "from is inclusive");
            Assert.That(await CountAsync(new() { To = H.Now }), Is.EqualTo(2), "to is exclusive");
            Assert.That(await CountAsync(new() { From = first, To = first }), Is.Zero);
            Assert.That(
                await CountAsync(
                    new()
                    {
                        State = RunState.Running,
                        ConfigId = item.ConfigId,
                        To = H.Now,
                    }
                ),
                Is.EqualTo(1)
            );
        }
    }

    [Test]
    public async Task Another_customers_run_is_not_there()
    {
        await H.OnboardAsync("acme");
        await H.OnboardAsync("bolt");
        await H.QueueAsync("acme", "main");
        var run = (await H.RunsAsync("acme")).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await H.Runs.GetAsync("acme", run.RunId, default), Is.Not.Null);
            Assert.That(await H.Runs.GetAsync("bolt", run.RunId, default), Is.Null);
            Assert.That(await H.Runs.AttemptsAsync("bolt", run.RunId, default), Is.Empty);
            Assert.That(await H.Runs.WaitingFactsAsync("bolt", run.RunId, default), Is.Null);
            Assert.That(await H.RunsAsync("bolt"), Is.Empty);
        }
    }

    [Test]
    public async Task Attempts_and_moves_tell_the_whole_story_of_an_occurrence()
    {
        await H.OnboardAsync("acme");
        await H.QueueAsync("acme", "main");
        var item = (await H.LeaseAsync()).Single();
        await H.ReportAsync(item, RunOutcome.Failed, ErrorType.Timeout);
        H.Advance(Duration.FromMinutes(1));
        var retry = (await H.LeaseAsync(worker: "worker-2")).Single();

        var attempts = await H.Runs.AttemptsAsync("acme", retry.RunId, default);
        var moves = await H.Runs.TransitionsAsync(retry.RunId, default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempts.Select(run => run.RunId), Is.EqualTo(new[] { item.RunId, retry.RunId }));
            Assert.That(attempts[0].ErrorType, Is.EqualTo(ErrorType.Timeout));
            Assert.That(attempts[0].ErrorMessage, Is.EqualTo("made to fail"));
            Assert.That(attempts[1].ParentRunId, Is.EqualTo(item.RunId));
            Assert.That(moves.Select(move => move.Actor), Is.EqualTo(new[] { "retry", "worker-2", "worker-2" }));
            Assert.That(moves[0].Note, Is.EqualTo("after TIMEOUT"));
            Assert.That(moves[^1].LeaseEpoch, Is.EqualTo(1));
            Assert.That(moves[^1].At, Is.EqualTo(H.Now));
        }
    }

    [Test]
    public async Task A_skipped_run_has_its_reason_and_no_queue_item()
    {
        await H.OnboardAsync("acme");
        await H.ConfigureAsync("acme", "main", c => c with { OverlapPolicy = OverlapPolicy.Skip });
        H.AdvanceToNextHour();
        await H.TriggerAsync();
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var skipped = (await H.Runs.ListAsync("acme", new() { State = RunState.Skipped }, default)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(skipped.Reason, Is.EqualTo(SkipReason.Overlap));
            Assert.That(skipped.QueueId, Is.Null);
            Assert.That(skipped.ActualEndTime, Is.EqualTo(H.Now));
        }
    }

    private async Task<int> CountAsync(RunFilter filter) => (await H.Runs.ListAsync("acme", filter, default)).Count;
}
