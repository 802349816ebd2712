using NUnit.Framework;

namespace Scheduler.Tests.Campaigns.Recovery;

/// <summary>What docs/reliability.md says of recovery and drain, with room for a busy machine where only the machine's speed is at stake.</summary>
[NonParallelizable]
[Platform("Linux")]
public sealed class RecoveryTests
{
    [Test]
    public async Task Everything_is_back_within_its_time_after_each_kill()
    {
        await using var measures = await RecoveryMeasures.StartAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await measures.KillWorkerAsync()).TotalSeconds, Is.LessThan(15), "worker killed");
            Assert.That((await measures.KillInstanceAsync()).TotalSeconds, Is.LessThan(20), "instance killed");
            Assert.That((await measures.StopDatabaseAsync()).TotalSeconds, Is.LessThan(30), "database stopped");
        }
    }

    [Test]
    public async Task A_worker_that_is_told_to_end_claims_no_more_and_leaves_nothing_behind()
    {
        await using var measures = await RecoveryMeasures.StartAsync();

        var (lastClaim, ended, left) = await measures.DrainWorkerAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(lastClaim.TotalSeconds, Is.LessThan(1));
            Assert.That(ended.TotalSeconds, Is.LessThan(10));
            Assert.That(left, Is.Zero);
        }
    }
}
