using Microsoft.Extensions.Logging;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;
using Scheduler.Tests.Api;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Alerts;

/// <summary>Sinks that are away, slow, and back again, on virtual time.</summary>
public sealed class DeliveryRoundTests
{
    private SqliteDatabase? database;
    private HeldEngine? engine;
    private StoreHarness? harness;
    private readonly DeliverySignal signal = new();
    private readonly CapturedLogs logs = new();

    private StoreHarness H => harness!;

    private AlertStore Store => new(engine!, H.Clock);

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public async Task A_sink_that_is_away_for_most_of_a_day_loses_nothing_and_gets_each_once()
    {
        await OpenAsync();
        await TellAsync("a", "b", "c");
        var sink = new ScriptedSink(SinkKind.Slack) { Fails = true };
        var round = Round(sink);
        await PassesAsync(round, Duration.FromHours(23));
        var tries = sink.Tries.Count;
        sink.Fails = false;
        await PassesAsync(round, Duration.FromMinutes(75));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sink.Sent, Has.Count.EqualTo(3));
            Assert.That(sink.Sent, Is.Unique);
            Assert.That(await CountAsync(DeliveryState.Delivered), Is.EqualTo(3));
            Assert.That(tries / 3, Is.InRange(25, 36), "attempts of each: 7 within an hour, then one an hour");
            Assert.That(logs.Lines.Count(line => line.Contains("takes nothing")), Is.EqualTo(1), "told once an outage");
            Assert.That(logs.Lines.Count(line => line.Contains("works again")), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task After_a_day_it_is_dead_and_sent_again_by_hand()
    {
        await OpenAsync();
        await TellAsync("a");
        var sink = new ScriptedSink(SinkKind.Slack) { Fails = true };
        var round = Round(sink);
        await PassesAsync(round, DeliveryPolicy.Window - Duration.FromMinutes(5));
        var before = await CountAsync(DeliveryState.Dead);
        await PassesAsync(round, Duration.FromMinutes(10));
        var dead = (await Store.ListDeliveriesAsync(DeliveryState.Dead, null, 10, default)).Single();
        var tries = sink.Tries.Count;
        sink.Fails = false;
        await PassesAsync(round, Duration.FromHours(2));
        var triedAfterwards = sink.Tries.Count;
        var silencing = new AlertSilencing(Store, H.Clock, H.Ids, signal);
        await silencing.RetryAsync(dead.DeliveryId, StoreHarness.Actor, default);
        await round.RunAsync(default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.Zero);
            Assert.That((dead.Attempts, dead.LastError), Is.EqualTo((tries, "made to fail")));
            Assert.That(dead.EndedAt, Is.GreaterThanOrEqualTo(dead.CreatedAt + DeliveryPolicy.Window));
            Assert.That(triedAfterwards, Is.EqualTo(tries));
            Assert.That(sink.Sent, Is.EqualTo([dead.DeliveryId]));
        }
    }

    [Test]
    public async Task A_slow_sink_holds_up_itself_only_and_is_given_fifteen_seconds()
    {
        await OpenAsync();
        await TellAsync("a");
        var slow = new ScriptedSink(SinkKind.Slack) { Hangs = true };
        var fast = new ScriptedSink(SinkKind.Webhook);

        var hanging = Round(slow).RunAsync(default);
        await slow.Begun.Task;
        await Round(fast).RunAsync(default);
        var isHanging = !hanging.IsCompleted;
        H.Time.Advance(DeliveryRound.SendWithin);
        await hanging;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fast.Sent, Has.Count.EqualTo(1));
            Assert.That(isHanging, Is.True);
            Assert.That(
                (await Store.ListDeliveriesAsync(DeliveryState.Pending, null, 10, default)).Single().LastError,
                Is.EqualTo("No answer within 15 s.")
            );
        }
    }

    [Test]
    public async Task A_sender_that_dies_is_followed_by_another_when_its_claim_is_over()
    {
        await OpenAsync();
        await TellAsync("a");
        var dying = new ScriptedSink(SinkKind.Slack) { Hangs = true };
        using var death = new CancellationTokenSource();
        var round = Round(dying).RunAsync(death.Token);
        await dying.Begun.Task;
        await death.CancelAsync();
        Assert.That(async () => await round, Throws.InstanceOf<OperationCanceledException>());
        var next = new ScriptedSink(SinkKind.Slack);
        await Round(next).RunAsync(default);
        var early = next.Sent.Count;
        H.Advance(DeliveryRound.Claim);
        await Round(next).RunAsync(default);

        Assert.That((early, next.Sent.Count), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task More_than_a_batch_is_sent_in_one_pass_and_a_sink_that_takes_nothing_is_asked_for_one_batch_only()
    {
        await OpenAsync();
        await TellAsync([.. Enumerable.Range(0, 25).Select(nth => $"s{nth:00}")]);
        var sink = new ScriptedSink(SinkKind.Slack);
        await Round(sink).RunAsync(default);
        var down = new ScriptedSink(SinkKind.Webhook) { Fails = true };
        await Round(down).RunAsync(default);

        Assert.That((sink.Sent.Count, down.Tries.Count), Is.EqualTo((25, DeliveryRound.BatchSize)));
    }

    [Test]
    public async Task Where_looks_are_charged_a_sender_looks_only_while_it_knows_of_something()
    {
        await OpenAsync(isCharged: true);
        var sink = new ScriptedSink(SinkKind.Slack) { Fails = true };
        var round = Round(sink);
        await PassesAsync(round, Duration.FromHours(1));
        var idle = engine!.Ran("alerts.claim_deliveries");
        await TellAsync("a");
        signal.Raise();
        await PassesAsync(round, Duration.FromMinutes(4));
        sink.Fails = false;
        await PassesAsync(round, Duration.FromMinutes(5));
        var claims = engine.Ran("alerts.claim_deliveries");
        await PassesAsync(round, Duration.FromHours(1));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(idle, Is.EqualTo(1), "at the start, when it knows nothing");
            Assert.That(sink.Sent, Has.Count.EqualTo(1));
            Assert.That(sink.Tries, Has.Count.LessThanOrEqualTo(5));
            Assert.That(claims - idle, Is.LessThanOrEqualTo(sink.Tries.Count + 1));
            Assert.That(engine.Ran("alerts.claim_deliveries"), Is.EqualTo(claims));
        }
    }

    private async Task OpenAsync(bool isCharged = false)
    {
        database = await SqliteDatabase.CreateFastAsync();
        engine = new HeldEngine(database.Engine) { ReadsAreCharged = isCharged };
        harness = new StoreHarness(engine);
    }

    private async Task TellAsync(params string[] subjects)
    {
        H.Advance(Duration.FromSeconds(1));
        await Store.SettleAsync(
            [.. subjects.Select(subject => new AlertJudgement("TEST", subject, null, "m"))],
            AlertRules.Judged,
            H.Now,
            default
        );
        var said = (await Store.ListUntoldAsync(H.Now, 100, default))
            .Select(alert => Announcements.Of(alert, [SinkKind.Slack, SinkKind.Webhook]))
            .ToList();
        await Store.TellAsync(
            [.. said.Select(one => one.Told)],
            [.. said.SelectMany(one => one.Deliveries)],
            H.Now,
            H.Now + DeliveryPolicy.Window,
            default
        );
    }

    private DeliveryRound Round(IDeliverySink sink)
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(logs));
        return new DeliveryRound(sink, Store, H.Ids, signal, H.Time, factory.CreateLogger<DeliveryRound>());
    }

    /// <summary>As the duty does it, though once a minute.</summary>
    private async Task PassesAsync(DeliveryRound round, Duration length)
    {
        for (var left = length; left > Duration.Zero; left -= Duration.FromMinutes(1))
        {
            H.Advance(Duration.FromMinutes(1));
            await round.RunAsync(default);
        }
    }

    private async Task<int> CountAsync(DeliveryState state) =>
        (await Store.ListDeliveriesAsync(state, null, 100, default)).Count;

    private sealed class ScriptedSink(SinkKind kind) : IDeliverySink
    {
        public SinkKind Kind => kind;
        public bool Fails { get; set; }
        public bool Hangs { get; init; }
        public List<string> Tries { get; } = [];
        public List<string> Sent { get; } = [];
        public TaskCompletionSource Begun { get; } = new();

        public async Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
        {
            Tries.Add(delivery.DeliveryId);
            Begun.TrySetResult();
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            if (Fails)
            {
                throw new DeliveryFailedException("made to fail");
            }
            Sent.Add(delivery.DeliveryId);
        }
    }
}
