using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>Where every look costs money, a backfill goes on at the duty's own pace.</summary>
[TestFixture]
internal sealed class ChargedBackfillFeedTests : RequestedWorkFixture
{
    protected override bool ReadsAreCharged => true;

    [Test]
    public async Task One_pass_is_made_and_none_follows_it()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(5), maxConcurrent: 2);
        var time = new SteppedTime(StoreHarness.Start.ToDateTimeOffset());

        await time.RunAsync(FeedWith(time: time).RunAsync(default));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (await BackfilledAsync()).Select(run => run.State),
                Is.EqualTo([RunState.Pending, RunState.Pending])
            );
            Assert.That(Engine.Ran("backfills.count_open"), Is.EqualTo(1));
        }
    }
}
