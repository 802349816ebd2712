using NUnit.Framework;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Scheduling;

public sealed class LaneTests
{
    [Test]
    public void Each_lane_is_written_as_the_contract_says()
    {
        Assert.That(Lane.Schedule, Is.EqualTo("schedule"));
        Assert.That(Lane.Manual("k-1"), Is.EqualTo("manual:k-1"));
        Assert.That(Lane.Backfill("b-1"), Is.EqualTo("backfill:b-1"));
        Assert.That(Lane.Replay("r-1", 2), Is.EqualTo("replay:r-1:2"));
    }

    [Test]
    public void An_empty_id_or_a_replay_below_one_is_a_bug()
    {
        Assert.That(() => Lane.Manual(""), Throws.ArgumentException);
        Assert.That(() => Lane.Replay("r-1", 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
