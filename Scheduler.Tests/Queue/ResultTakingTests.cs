using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Gathering;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Storage;
using Scheduler.Tests.Execution;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>Results that the store does not take, and what follows an end.</summary>
internal sealed class ResultTakingTests : HeldStoreFixture
{
    private const string Facts = "queue.lease_facts";
    private const string End = "queue.end_leases";

    [SetUp]
    public Task Onboard() => H.OnboardAsync("acme");

    [Test]
    public async Task A_result_alone_that_the_store_does_not_take_tells_its_worker_why()
    {
        var items = await LeaseAsync(1);
        BreakFor(items[0]);

        Assert.That(
            async () => await H.ReportAsync(items[0], RunOutcome.Completed),
            Throws.TypeOf<FormatException>(),
            "not stale: nothing shows that it is the result's fault"
        );
    }

    [Test]
    public async Task Results_that_were_not_taken_through_no_fault_of_theirs_are_not_tried_one_by_one()
    {
        var items = await LeaseAsync(2);
        Exception[] failures =
        [
            new StorageUnavailableException("down"),
            new StoreBusyException(),
            new OperationCanceledException("stopped"),
        ];
        foreach (var failure in failures)
        {
            Engine.Break(Facts, _ => failure);
            var before = Engine.Ran(Facts);

            Assert.That(async () => await H.ReportAsync(items, RunOutcome.Completed), Throws.TypeOf(failure.GetType()));
            Assert.That(Engine.Ran(Facts) - before, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Once_one_was_taken_every_refused_one_is_stale_however_many_there_are()
    {
        var items = await LeaseAsync(9);
        BreakFor([.. items.Skip(1).Take(6)]);

        var receipts = await H.ReportAsync(items, RunOutcome.Completed);

        Assert.That(
            receipts.Select(receipt => (receipt.QueueId, receipt.Status)),
            Is.EqualTo(
                items.Select(
                    (item, nth) => (item.QueueId, nth is 0 or > 6 ? ResultStatus.Accepted : ResultStatus.Stale)
                )
            )
        );
    }

    [Test]
    public async Task Up_to_three_that_are_refused_first_hold_up_no_other()
    {
        var items = await LeaseAsync(8);
        BreakFor([.. items.Take(3)]);

        var receipts = await H.ReportAsync(items, RunOutcome.Completed);

        Assert.That(
            receipts.Select(receipt => receipt.Status),
            Is.EqualTo(Enumerable.Repeat(ResultStatus.Stale, 3).Concat(Enumerable.Repeat(ResultStatus.Accepted, 5)))
        );
    }

    [Test]
    public async Task Four_that_are_refused_first_are_a_fault_of_the_store()
    {
        var items = await LeaseAsync(8);
        BreakFor([.. items.Take(4)]);

        Assert.That(async () => await H.ReportAsync(items, RunOutcome.Completed), Throws.TypeOf<FormatException>());
        Assert.That((await H.HeartbeatAsync(items[0])).Status, Is.EqualTo(HeartbeatStatus.Renewed), "it may try again");
    }

    [Test]
    public async Task Of_a_failure_the_store_is_asked_what_its_retry_needs()
    {
        var items = await LeaseAsync(1);
        IReadOnlyList<LeaseQuestion> asked = [];
        Engine.Break(
            Facts,
            arguments =>
            {
                asked = arguments
                    .Values.Select(argument => argument.Value)
                    .OfType<SqlRows>()
                    .SelectMany(rows => (IReadOnlyList<LeaseQuestion>)rows.Rows)
                    .ToList();
                return null;
            }
        );

        await H.ReportAsync(items[0], RunOutcome.Failed, ErrorType.TransientNetwork);

        Assert.That(asked.Select(question => question.MayRetry), Is.EqualTo(new[] { true }));
    }

    [TestCase(true, true, false, Description = "one of several is enough")]
    [TestCase(true, true)]
    [TestCase(false, false)]
    [TestCase(false)]
    public async Task An_end_that_frees_work_wakes_who_waits(bool expected, params bool[] frees)
    {
        var wakeUp = H.Signal.Next;
        var ended = frees.Select(free => Ended(RunState.Completed, free));

        await H.Desk.AfterEndAsync([.. ended], H.Now, default);

        Assert.That(wakeUp.IsCompleted, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_result_that_came_too_late_wakes_nobody_and_is_noted()
    {
        var logger = new RecordingLogger();
        var results = new ResultTaking(
            new TableGroup(),
            H.Queue,
            H.Signal,
            H.Ids,
            new Random(7),
            H.Leases,
            H.Time,
            logger
        );
        var wakeUp = H.Signal.Next;

        await results.AfterEndAsync([Ended(null, true, "q-late")], H.Now, default);
        var woken = wakeUp.IsCompleted;
        await results.AfterEndAsync([Ended(RunState.Completed, true, "q-good")], H.Now, default);

        Assert.That(woken, Is.False);
        Assert.That(logger.Lines.Select(line => line.Text), Has.One.Items.And.Some.Contains("q-late"));
    }

    private static EndedLease Ended(RunState? state, bool freesWork, string queueId = "q1") =>
        new(queueId, state, null, null, "r1", "c1", HasSuccessor: false, FreesWork: freesWork);

    /// <returns>The items in the order of their lease.</returns>
    private async Task<IReadOnlyList<LeaseItem>> LeaseAsync(int count)
    {
        await H.QueueAsync("acme", [.. Enumerable.Range(0, count).Select(nth => $"p{nth}")]);
        return await H.LeaseAsync(count);
    }

    /// <summary>Lets the store stumble over the ends of these items, whatever else is in the script.</summary>
    private void BreakFor(params LeaseItem[] items)
    {
        var broken = items.Select(item => item.QueueId).ToHashSet();
        Engine.Break(
            End,
            arguments =>
                arguments
                    .Values.Select(argument => argument.Value)
                    .OfType<SqlRows>()
                    .SelectMany(rows => (IReadOnlyList<LeaseEnd>)rows.Rows)
                    .Any(end => broken.Contains(end.QueueId))
                    ? new FormatException("made to fail")
                    : null
        );
    }
}
