using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Bulks;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>One pass goes on with the bulks and with the backfills.</summary>
[TestFixture]
internal sealed class RequestedWorkTests : RequestedWorkFixture
{
    private RequestedWork Pass => new(Work, FeedWith(time: new LeapingTime(StoreHarness.Start.ToDateTimeOffset())));

    [Test]
    public async Task A_pass_brings_both_on()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(2));
        await PipelineAsync("bolt");
        var bulk = await BulkAsync(BulkAction.Pause, new BulkFilter { CustomerId = "bolt" });

        await Pass.RunAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await BulkStore.GetAsync(bulk.BulkId, default))!.State, Is.EqualTo(BulkState.Done));
            Assert.That((await BackfilledAsync()).Count(), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Trouble_with_the_bulks_is_told_and_does_not_hold_up_the_backfills()
    {
        await BackfillAsync(await PipelineAsync(), Duration.FromHours(2));
        Engine.Break("bulks.list_open", _ => new StorageUnavailableException("made to fail"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Pass.RunAsync(default), Throws.InstanceOf<StorageUnavailableException>());
            Assert.That((await BackfilledAsync()).Count(), Is.EqualTo(1));
        }
    }
}
