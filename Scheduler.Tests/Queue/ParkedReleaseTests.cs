using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>The sweep that lets parked items through: how far it goes, and whom it wakes.</summary>
internal sealed class ParkedReleaseTests
{
    private const string List = "queue.list_parked";
    private const string Release = "queue.release_parked";

    [Test]
    public async Task One_sweep_lets_through_what_fills_more_than_a_page()
    {
        var parked = Enumerable.Range(0, 1_001).Select(nth => $"config-{nth}").ToList();
        var engine = new AnsweredEngine();
        var page = 0;
        engine.Answer(
            List,
            arguments =>
            {
                var limit = (long)arguments.Values.Single(argument => argument.Name == "limit").Value!;
                page = Math.Min(parked.Count, (int)limit);
                return [.. parked.Take(page)];
            }
        );
        engine.Answer(
            Release,
            _ =>
            {
                parked.RemoveRange(0, page);
                return [page];
            }
        );
        engine.Answer("queue.wake_customers", _ => [0]);

        await new StoreHarness(engine).Reaper.ReleaseAsync(default);

        Assert.That(parked, Is.Empty);
    }

    /// <summary>Another instance may let them through between the look and the release; and a look may be wrong for ever.</summary>
    [Test]
    public async Task A_sweep_that_lets_nothing_through_ends_there()
    {
        var (listed, released) = (0, 0);
        var engine = new AnsweredEngine();
        engine.Answer(List, _ => listed++ < 5 ? Enumerable.Range(0, 500).Select(nth => $"config-{nth}") : []);
        engine.Answer(
            Release,
            _ =>
            {
                released++;
                return [0];
            }
        );
        engine.Answer("queue.wake_customers", _ => [0]);

        await new StoreHarness(engine).Reaper.ReleaseAsync(default);

        Assert.That((listed, released), Is.EqualTo((1, 1)));
    }

    [TestCase(true, 1, 0, true)]
    [TestCase(true, 0, 1, true)]
    [TestCase(true, 0, 0, false)]
    [TestCase(false, 1, 1, false, Description = "claims look by themselves")]
    public async Task Who_waits_is_woken_where_looks_cost_money_and_something_came_back(
        bool charged,
        int released,
        int woken,
        bool expected
    )
    {
        var engine = new AnsweredEngine { ReadsAreCharged = charged };
        engine.Answer(List, _ => ["config-1"]);
        engine.Answer(Release, _ => [released]);
        engine.Answer("queue.wake_customers", _ => [woken]);
        var harness = new StoreHarness(engine);
        var wakeUp = harness.Signal.Next;

        await harness.Reaper.ReleaseAsync(default);

        Assert.That(wakeUp.IsCompleted, Is.EqualTo(expected));
    }
}
