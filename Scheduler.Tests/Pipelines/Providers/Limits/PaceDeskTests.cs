using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Pipelines.Providers.Limits;

[TestFixture]
internal sealed class PaceDeskTests
{
    private static readonly PaceRequest Asked = new()
    {
        CustomerId = "acme_corp",
        Provider = "OpenAI",
        Burst = 4,
        IntervalMs = 1000,
        Calls = 1,
        LongestWaitMs = 5000,
    };

    private readonly FakeTimeProvider time = new(PipelineBench.Noon.ToDateTimeOffset());
    private readonly PaceDesk desk;

    public PaceDeskTests()
    {
        desk = new PaceDesk(new ProcessPaceStore(time));
    }

    [Test]
    public async Task Several_turns_are_given_as_far_as_their_calls_may_start_at_once()
    {
        var first = await TakeAsync(calls: 3);
        var second = await TakeAsync(calls: 3);
        var third = await TakeAsync(calls: 3);
        var fourth = await TakeAsync(calls: 3);

        Assert.That(
            new[] { first, second, third, fourth }.Select(answer => (answer.Calls, answer.WaitMs)),
            Is.EqualTo([(3, 0), (1, 0), (1, 1000), (1, 2000)])
        );
    }

    [Test]
    public async Task A_turn_beyond_the_longest_wait_is_not_taken()
    {
        await TakeAsync(calls: 4);
        var refused = await desk.TakeAsync(Asked with { LongestWaitMs = 999 }, default);
        var granted = await desk.TakeAsync(Asked with { LongestWaitMs = 1000 }, default);

        Assert.That((refused.Calls, refused.WaitMs), Is.EqualTo((0, 1000)));
        Assert.That((granted.Calls, granted.WaitMs), Is.EqualTo((1, 1000)), "the refused one took nothing");
    }

    [Test]
    public async Task A_pause_holds_for_everybody_and_takes_no_turn()
    {
        var paused = await desk.TakeAsync(Asked with { Calls = 0, PauseMs = 60_000 }, default);
        var held = await TakeAsync(calls: 1);
        time.Advance(TimeSpan.FromSeconds(60));
        var after = await TakeAsync(calls: 4);

        Assert.That((paused.Calls, paused.WaitMs), Is.EqualTo((0, 0)));
        Assert.That((held.Calls, held.WaitMs), Is.EqualTo((0, 60_000)));
        Assert.That((after.Calls, after.WaitMs), Is.EqualTo((4, 0)));
    }

    [Test]
    public async Task Time_passes_between_calls_and_other_customers_have_their_own()
    {
        await TakeAsync(calls: 4);
        time.Advance(TimeSpan.FromSeconds(1.5));

        var other = await desk.TakeAsync(Asked with { CustomerId = "bolt", Calls = 4 }, default);
        var own = await TakeAsync(calls: 4);
        var next = await TakeAsync(calls: 4);

        Assert.That((other.Calls, other.WaitMs), Is.EqualTo((4, 0)));
        Assert.That((own.Calls, own.WaitMs), Is.EqualTo((1, 0)));
        Assert.That((next.Calls, next.WaitMs), Is.EqualTo((1, 500)));
    }

    [Test]
    public void Whoever_never_comes_through_is_sent_away()
    {
        var crowded = new PaceDesk(new Crowded());

        Assert.That(
            async () => await crowded.TakeAsync(Asked, default),
            Throws.InstanceOf<StorageUnavailableException>()
        );
    }

    private Task<PaceResponse> TakeAsync(int calls) => desk.TakeAsync(Asked with { Calls = calls }, default);

    private sealed class Crowded : IPaceStore
    {
        public Task<KeptPace> FindAsync(RateKey key, CancellationToken cancellationToken) =>
            Task.FromResult(new KeptPace(TokenBucket.Full(PipelineBench.Noon), 0, PipelineBench.Noon));

        public Task<bool> SaveAsync(
            RateKey key,
            TokenBucket bucket,
            long version,
            CancellationToken cancellationToken
        ) => Task.FromResult(false);
    }
}
