using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Scheduler.Core.Queue;
using Scheduler.Core.Storage.Postgres;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Postgres;

[TestFixture]
internal sealed class PostgresNoticesTests
{
    private PostgresDatabase? database;
    private readonly List<PostgresNotices> started = [];

    [SetUp]
    public async Task Open() => database = await PostgresDatabase.CreateAsync();

    [TearDown]
    public async Task Close()
    {
        foreach (var notices in started)
        {
            await notices.StopAsync(default);
            notices.Dispose();
        }
        await database!.DisposeAsync();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task What_one_process_raises_wakes_every_other(CancellationToken timeout)
    {
        var (raising, one, other) = (await StartAsync(timeout), await StartAsync(timeout), await StartAsync(timeout));
        var (oneWakes, otherWakes) = (one.Next, other.Next);

        raising.Raise();

        await Task.WhenAll(oneWakes, otherWakes).WaitAsync(timeout);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_process_is_not_woken_by_its_own_notice(CancellationToken timeout)
    {
        var (raising, hearing) = (await StartAsync(timeout), await StartAsync(timeout));
        var heard = hearing.Next;
        raising.Raise();
        var own = raising.Next;
        await heard.WaitAsync(timeout);
        var answered = raising.Next;

        // Notices come in the order of their commits: with this one, its own would have come before.
        hearing.Raise();
        await answered.WaitAsync(timeout);

        Assert.That(answered, Is.SameAs(own));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_cut_connection_is_made_anew_and_what_was_missed_is_looked_for(CancellationToken timeout)
    {
        var hearing = await StartAsync(timeout);
        var wakes = hearing.Next;

        await database!.QueryAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()"
        );

        await wakes.WaitAsync(timeout);
    }

    /// <summary>A process that listens already.</summary>
    private async Task<QueueSignal> StartAsync(CancellationToken timeout)
    {
        var signal = new QueueSignal();
        var listens = signal.Next;
        var notices = new PostgresNotices(
            database!.Engine,
            signal,
            TimeProvider.System,
            NullLogger<PostgresNotices>.Instance
        );
        started.Add(notices);
        await notices.StartAsync(timeout);
        await listens.WaitAsync(timeout);
        return signal;
    }
}
