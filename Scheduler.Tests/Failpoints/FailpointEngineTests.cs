using NUnit.Framework;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Failpoints;

public sealed class FailpointEngineTests
{
    [Test]
    public async Task A_script_is_not_sent_before_its_first_place_and_committed_at_its_second()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        var places = new Recorded();
        var engine = FailpointEngine.Around(database.Engine, places);

        await new OperationClock(engine).ReadAsync(default);

        Assert.That(places.Names, Is.EqualTo(new[] { "before:clock.now", "after:clock.now" }));
    }

    [Test]
    public async Task Without_failpoints_the_engine_is_left_as_it_is()
    {
        await using var database = await SqliteDatabase.CreateAsync();

        Assert.That(FailpointEngine.Around(database.Engine, new NoFailpoints()), Is.SameAs(database.Engine));
    }

    private sealed class Recorded : IFailpoints
    {
        public List<string> Names { get; } = [];

        public ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
        {
            Names.Add(failpoint);
            return ValueTask.CompletedTask;
        }
    }
}
