using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NodaTime.Extensions;
using NodaTime.Testing;
using NUnit.Framework;
using Scheduler.Core.Duties;
using Scheduler.Core.Storage;
using Scheduler.Tests.Execution;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Duties;

internal sealed class LeadershipTests
{
    private const string Take = "duties.take_lease";

    private static readonly Duration Lease = Duration.FromSeconds(30);

    private readonly FakeTimeProvider time = new(StoreHarness.Start.ToDateTimeOffset());
    private readonly RecordingLogger log = new();
    private SqliteDatabase? database;
    private HeldEngine? held;

    private HeldEngine Engine => held!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        held = new HeldEngine(database.Engine);
    }

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public async Task One_process_makes_the_passes_and_the_other_learns_when_it_may_try_again()
    {
        var (first, second) = (Process("api-1"), Process("api-2"));
        var passes = new List<string>();

        var led = await first.RunAsync(Pass(passes, "api-1"), default);
        time.Advance(TimeSpan.FromSeconds(10));
        var waits = await second.RunAsync(Pass(passes, "api-2"), default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(passes, Is.EqualTo(new[] { "api-1" }));
            Assert.That(led, Is.Null);
            Assert.That(waits, Is.EqualTo(TimeSpan.FromSeconds(20)));
            Assert.That((first.Leads, second.Leads), Is.EqualTo((true, false)));
        }
    }

    [Test]
    public async Task After_a_kill_another_takes_over_when_the_lease_has_run_out()
    {
        var (killed, other) = (Process("api-1"), Process("api-2"));
        var passes = new List<string>();
        await killed.RunAsync(Pass(passes, "api-1"), default);

        time.Advance((await other.RunAsync(Pass(passes, "api-2"), default))!.Value);
        await other.RunAsync(Pass(passes, "api-2"), default);

        Assert.That(passes, Is.EqualTo(new[] { "api-1", "api-2" }));
    }

    [Test]
    public async Task A_process_that_goes_down_in_order_leaves_the_lead_to_the_next_at_once()
    {
        var (ends, other) = (Process("api-1"), Process("api-2"));
        var passes = new List<string>();
        await ends.RunAsync(Pass(passes, "api-1"), default);
        await other.RunAsync(Pass(passes, "api-2"), default);

        await ends.ReleaseAsync();
        await other.ReleaseAsync();
        await other.RunAsync(Pass(passes, "api-2"), default);

        Assert.That(passes, Is.EqualTo(new[] { "api-1", "api-2" }));
        Assert.That((ends.Leads, other.Leads), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task A_pass_longer_than_the_lease_keeps_the_lead()
    {
        var (slow, other) = (Process("api-1"), Process("api-2"));
        var end = new TaskCompletionSource();
        var passes = new List<string>();
        var pass = slow.RunAsync(_ => end.Task, default);

        for (var beat = 0; beat < 9; beat++)
        {
            var renewal = Engine.Hold(Take);
            time.Advance((Lease / 3).ToTimeSpan());
            await renewal.Reached;
            await renewal.FinishAsync();
        }
        var waits = await other.RunAsync(Pass(passes, "api-2"), default);
        end.SetResult();
        await pass;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(passes, Is.Empty);
            Assert.That(waits, Is.EqualTo(Lease.ToTimeSpan()));
            Assert.That(slow.Leads, Is.True);
        }
    }

    [Test]
    public async Task A_pass_whose_lead_another_has_taken_is_stopped()
    {
        var slow = Process("api-1");
        var stopped = new TaskCompletionSource();
        var pass = slow.RunAsync(
            async token =>
            {
                await using var registration = token.Register(() => stopped.SetResult());
                await Task.Delay(Timeout.InfiniteTimeSpan, time, token);
            },
            default
        );
        // As after a stop of this process's clock: for the store, the lease has run out.
        await StoreAt(time.GetUtcNow().ToInstant() + Lease).TakeAsync("trigger", "api-2", null, 2 * Lease, default);

        time.Advance((Lease / 3).ToTimeSpan());
        await stopped.Task;
        var answer = await pass;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Is.Null, "no failure: the other one goes on with it");
            Assert.That(slow.Leads, Is.False);
            Assert.That(log.Texts(LogLevel.Information).Last(), Does.Contain("no longer").And.Contain("api-2"));
        }
    }

    [Test]
    public async Task A_store_that_is_down_when_the_lease_is_renewed_does_not_end_the_pass()
    {
        var leader = Process("api-1");
        var end = new TaskCompletionSource();
        var pass = leader.RunAsync(token => end.Task.WaitAsync(token), default);
        Engine.Break(Take, _ => new StorageUnavailableException("down"));
        var renewal = Engine.Hold(Take);
        time.Advance((Lease / 3).ToTimeSpan());
        await renewal.Reached;
        await renewal.FinishAsync();
        Engine.Mend(Take);

        var next = Engine.Hold(Take);
        time.Advance((Lease / 3).ToTimeSpan());
        await next.Reached;
        await next.FinishAsync();
        end.SetResult();

        Assert.That(await pass, Is.Null);
        Assert.That(leader.Leads, Is.True);
    }

    [Test]
    public async Task A_failed_pass_keeps_the_lead_and_tells_its_failure()
    {
        var leader = Process("api-1");

        Assert.That(
            async () => await leader.RunAsync(_ => throw new FormatException("made to fail"), default),
            Throws.TypeOf<FormatException>()
        );
        Assert.That(leader.Leads, Is.True);
    }

    [Test]
    public async Task Who_leads_is_told_when_it_changes_and_not_at_every_pass()
    {
        var (first, second) = (Process("api-1"), Process("api-2"));
        for (var pass = 0; pass < 3; pass++)
        {
            await first.RunAsync(_ => Task.CompletedTask, default);
            await second.RunAsync(_ => Task.CompletedTask, default);
        }
        time.Advance(Lease.ToTimeSpan());
        await second.RunAsync(_ => Task.CompletedTask, default);
        await first.RunAsync(_ => Task.CompletedTask, default);

        Assert.That(
            log.Lines.Select(line => (line.Level, line.Text)),
            Is.EqualTo(
                new[]
                {
                    (LogLevel.Information, "This process leads trigger, term 1."),
                    (LogLevel.Debug, "api-1 leads trigger, term 1."),
                    (LogLevel.Information, "This process leads trigger, term 2."),
                    (LogLevel.Information, "This process leads trigger no longer: api-2 does, term 2."),
                }
            )
        );
    }

    private Leadership Process(string name) =>
        new(new DutyStore(Engine, new OperationClock(Engine, time.ToClock())), "trigger", name, Lease, time, log);

    private DutyStore StoreAt(Instant now) =>
        new(database!.Engine, new OperationClock(database.Engine, new FakeClock(now)));

    private static Func<CancellationToken, Task> Pass(List<string> passes, string name) =>
        _ =>
        {
            passes.Add(name);
            return Task.CompletedTask;
        };
}
