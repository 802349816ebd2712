using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Api.Hosting;
using Scheduler.Core.Duties;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Duties;

/// <summary>The loop of the process around a lead.</summary>
internal sealed class DutyTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly SteppedTime time = new(StoreHarness.Start.ToDateTimeOffset());
    private SqliteDatabase? database;

    [SetUp]
    public async Task Open() => database = await SqliteDatabase.CreateFastAsync();

    [TearDown]
    public async Task Close() => await database!.DisposeAsync();

    [Test]
    public async Task After_a_kill_of_the_leader_the_next_process_takes_over_within_two_intervals()
    {
        // The leader has just renewed when it is killed, the worst moment; the other looks at another time of its own.
        await Store.TakeAsync("sweep", "killed", null, Duration.FromTimeSpan(2 * Interval), default);
        time.Advance(TimeSpan.FromSeconds(7));
        var passes = new List<DateTimeOffset>();
        var begun = new TaskCompletionSource();
        using var duty = New(
            "next",
            _ =>
            {
                passes.Add(time.GetUtcNow());
                begun.TrySetResult();
                return Task.CompletedTask;
            }
        );

        await duty.StartAsync(default);
        await time.RunAsync(begun.Task);
        await duty.StopAsync(default);

        Assert.That(passes[0] - StoreHarness.Start.ToDateTimeOffset(), Is.LessThanOrEqualTo(2 * Interval));
    }

    [Test]
    public async Task A_process_that_is_stopped_gives_the_lead_up()
    {
        var begun = new TaskCompletionSource();
        using var duty = New(
            "first",
            token =>
            {
                begun.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, time, token);
            }
        );
        await duty.StartAsync(default);
        await begun.Task;
        var during = await Store.TakeAsync("sweep", "next", null, Duration.FromMinutes(1), default);

        await duty.StopAsync(default);

        var after = await Store.TakeAsync("sweep", "next", null, Duration.FromMinutes(1), default);
        Assert.That((during.Holder, after.Holder, after.Term), Is.EqualTo(("first", "next", 2)));
    }

    [Test]
    public async Task What_fails_when_the_process_is_stopped_does_not_come_out_of_it()
    {
        var begun = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        using var duty = New(
            "first",
            _ =>
            {
                begun.TrySetResult();
                return answer.Task;
            }
        );
        await duty.StartAsync(default);
        await begun.Task;

        var stopped = duty.StopAsync(default);
        answer.SetException(new StorageUnavailableException("The database went away."));
        await stopped;

        Assert.That(duty.ExecuteTask!.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task What_every_process_does_for_itself_asks_for_no_lead()
    {
        await Store.TakeAsync("sweep", "another", null, Duration.FromHours(1), default);
        var passes = 0;
        var thrice = new TaskCompletionSource();
        using var duty = new Duty(
            "The notes",
            Interval,
            _ =>
            {
                if (++passes == 3)
                {
                    thrice.TrySetResult();
                }
                return Task.CompletedTask;
            },
            leadership: null,
            time,
            NullLogger<Duty>.Instance
        );

        await duty.StartAsync(default);
        await time.RunAsync(thrice.Task, Interval);
        await duty.StopAsync(default);

        Assert.That(passes, Is.GreaterThanOrEqualTo(3));
    }

    private DutyStore Store => new(database!.Engine, new OperationClock(database.Engine, time.ToClock()));

    private Duty New(string process, Func<CancellationToken, Task> action) =>
        new(
            "The sweep",
            Interval,
            action,
            new Leadership(
                Store,
                "sweep",
                process,
                Duration.FromTimeSpan(2 * Interval),
                time,
                NullLogger<Leadership>.Instance
            ),
            time,
            NullLogger<Duty>.Instance
        );
}
