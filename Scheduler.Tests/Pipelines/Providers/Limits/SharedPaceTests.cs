using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NUnit.Framework;
using Refit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Pipelines.Providers.Limits;

/// <summary>Two workers and the API that they ask.</summary>
[TestFixture]
internal sealed class SharedPaceTests : IDisposable
{
    private static readonly RatePolicy Policy = new(4, Duration.FromSeconds(10));
    private static readonly RateKey Key = new("acme_corp", "Azure", "tenant");

    private readonly FakeTimeProvider time = new(PipelineBench.Noon.ToDateTimeOffset());
    private readonly CapturedLogs logs = new();
    private readonly ILoggerFactory loggers;
    private readonly Door api;
    private readonly ProviderLimits here;
    private readonly ProviderLimits there;

    public SharedPaceTests()
    {
        loggers = LoggerFactory.Create(builder => builder.AddProvider(logs));
        api = new Door(new PaceDeskApi(new PaceDesk(new ProcessPaceStore(time))));
        here = Worker();
        there = Worker();
    }

    public void Dispose() => loggers.Dispose();

    [Test]
    public async Task Workers_share_one_burst()
    {
        var waits = new List<Duration?>();
        for (var call = 0; call < 3; call++)
        {
            waits.Add(await CallAsync(here));
            waits.Add(await CallAsync(there));
        }

        // One of them had taken a turn in advance, which it may still use.
        Assert.That(waits.Count(wait => wait is null), Is.EqualTo(Policy.Burst));
        Assert.That(waits.Max(), Is.EqualTo(Duration.FromSeconds(10)));
    }

    [Test]
    public async Task A_pause_reaches_the_other_worker()
    {
        await here.PauseAsync(Key, Policy, Duration.FromHours(2), default);

        Assert.That(await CallAsync(there), Is.EqualTo(Duration.FromHours(2)));
        Assert.That(await CallAsync(there, Key with { Account = "other" }), Is.Null);
    }

    [Test]
    public async Task A_turn_taken_in_advance_does_not_outlive_a_pause()
    {
        await CallAsync(here);
        await CallAsync(here);
        await CallAsync(here);
        await here.PauseAsync(Key, Policy, Duration.FromMinutes(1), default);

        Assert.That(await CallAsync(here), Is.EqualTo(Duration.FromMinutes(1)));
    }

    [Test]
    public async Task A_long_listing_asks_for_several_turns_at_a_time()
    {
        var quick = new RatePolicy(100, Duration.FromMilliseconds(50));
        for (var page = 0; page < 31; page++)
        {
            await CallAsync(here, policy: quick);
        }

        // 1, 2, 4, 8, 8 and 8 turns.
        Assert.That(api.Asked.Select(request => request.Calls), Is.EqualTo([1, 2, 4, 8, 8, 8]));
    }

    [Test]
    public async Task Turns_taken_in_advance_lapse_and_a_lone_call_takes_one()
    {
        await CallAsync(here);
        await CallAsync(here);
        time.Advance(ProviderLimits.KeptFor.ToTimeSpan());
        await CallAsync(here);

        Assert.That(api.Asked.Select(request => request.Calls), Is.EqualTo([1, 2, 1]));
    }

    [Test]
    public async Task Whoever_may_wait_starts_when_its_turn_has_come()
    {
        var single = new RatePolicy(1, Duration.FromSeconds(10));
        await CallAsync(here, policy: single);

        var waiting = there.WaitAsync(Key, single, Duration.FromMinutes(1), default);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(waiting.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That(await waiting, Is.Null);
    }

    [Test]
    public async Task Without_the_API_each_worker_keeps_a_pace_of_its_own_and_says_so_once()
    {
        api.IsDown = true;
        var waits = new List<Duration?>();
        for (var call = 0; call < 5; call++)
        {
            waits.Add(await CallAsync(here));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(waits, Is.EqualTo([null, null, null, null, (Duration?)Duration.FromSeconds(10)]));
            Assert.That(await CallAsync(there), Is.Null);
            Assert.That(api.Asked, Has.Count.EqualTo(2), "each worker asked once, and then not for a while");
            Assert.That(logs.Lines.Count(line => line.Contains("this process's own")), Is.EqualTo(2));
        }

        api.IsDown = false;
        time.Advance(ProviderLimits.Silence.ToTimeSpan());
        await CallAsync(here);

        Assert.That(api.Asked, Has.Count.EqualTo(3));
        Assert.That(logs.Lines.Count(line => line.Contains("shared between workers again")), Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_called_with_turns_counts_when_the_API_goes_away()
    {
        for (var call = 0; call < 3; call++)
        {
            await CallAsync(here);
        }
        api.IsDown = true;
        time.Advance(ProviderLimits.KeptFor.ToTimeSpan());

        Assert.That(await CallAsync(here), Is.Null);
        Assert.That(
            await CallAsync(here),
            Is.Not.Null,
            "four of the burst of four are spent, and half a turn came back"
        );
    }

    private ProviderLimits Worker() => new(api, time, loggers.CreateLogger<ProviderLimits>());

    private static Task<Duration?> CallAsync(ProviderLimits worker, RateKey? key = null, RatePolicy? policy = null) =>
        worker.WaitAsync(key ?? Key, policy ?? Policy, Duration.Zero, default);

    /// <summary>The way to the API, which may be down.</summary>
    private sealed class Door(IPaceApi api) : IPaceApi
    {
        public bool IsDown { get; set; }

        public List<PaceRequest> Asked { get; } = [];

        public Task<ApiResponse<PaceResponse>> PaceAsync(PaceRequest request, CancellationToken cancellationToken)
        {
            Asked.Add(request);
            return IsDown ? throw new HttpRequestException("refused") : api.PaceAsync(request, cancellationToken);
        }
    }
}
