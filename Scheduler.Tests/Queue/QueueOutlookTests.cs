using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Queue;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>When the next claim is worth its money, after one that found nothing.</summary>
internal sealed class QueueOutlookTests
{
    private const string Look = "queue.next_visible";

    private readonly HeldEngine engine;
    private readonly StoreHarness harness;
    private readonly QueueOutlook outlook;
    private Instant? readyAt;

    public QueueOutlookTests()
    {
        var answers = new AnsweredEngine { ReadsAreCharged = true };
        answers.Answer(Look, _ => [readyAt]);
        engine = new HeldEngine(answers);
        harness = new StoreHarness(engine);
        outlook = new QueueOutlook(harness.Queue, harness.Signal, harness.Leases, harness.Time);
    }

    /// <summary>Said to be ready and yet not given: it is in the way of its customer's cap, or another took it.</summary>
    [Test]
    public async Task What_a_claim_did_not_get_although_it_is_ready_is_left_for_a_poll_interval()
    {
        readyAt = harness.Now;

        await NoteVainAsync();
        var (pause, mayAtOnce) = (outlook.Pause, await outlook.MayClaimAsync(default));
        harness.Advance(harness.Leases.PollInterval);

        Assert.That((pause, mayAtOnce), Is.EqualTo((harness.Leases.PollInterval.ToTimeSpan(), false)));
        Assert.That(await outlook.MayClaimAsync(default), Is.True);
    }

    [Test]
    public async Task A_time_that_has_passed_leaves_nothing_to_wait_for()
    {
        readyAt = harness.Now + Duration.FromMinutes(1);

        await NoteVainAsync();
        var before = outlook.Pause;
        harness.Advance(Duration.FromMinutes(3));

        Assert.That((before, outlook.Pause), Is.EqualTo((TimeSpan.FromMinutes(1), TimeSpan.Zero)));
    }

    [Test]
    public async Task A_look_answers_for_every_claim_in_vain_until_its_time_comes()
    {
        readyAt = harness.Now + Duration.FromMinutes(1);
        await NoteVainAsync();
        await NoteVainAsync();
        var before = engine.Ran(Look);

        harness.Advance(Duration.FromMinutes(1));
        await NoteVainAsync();

        Assert.That((before, engine.Ran(Look)), Is.EqualTo((1, 2)));
    }

    [Test]
    public async Task A_claim_in_vain_during_which_somebody_was_heard_is_tried_again_without_a_look()
    {
        var (wakeUp, raised) = (harness.Signal.Next, harness.Signal.Raised);
        harness.Signal.Hear();

        await outlook.NoteVainAsync(wakeUp, raised, default);

        Assert.That(await outlook.MayClaimAsync(default), Is.True);
        Assert.That(engine.Ran(Look), Is.Zero);
    }

    [Test]
    public async Task Claims_in_vain_at_the_same_time_share_one_look()
    {
        var hold = engine.Hold(Look);
        var first = NoteVainAsync();
        await hold.Reached;
        var second = NoteVainAsync();

        hold.Release();
        await Task.WhenAll(first, second);

        Assert.That(engine.Ran(Look), Is.EqualTo(1));
    }

    private Task NoteVainAsync() => outlook.NoteVainAsync(harness.Signal.Next, harness.Signal.Raised, default);
}
