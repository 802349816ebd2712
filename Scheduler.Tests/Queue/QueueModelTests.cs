using System.Collections.Concurrent;
using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Tests.Simulation.Model;
using Scheduler.Tests.Support;
using Life = CsCheck.GenOperationAsync<Scheduler.Tests.Queue.StoreLife, Scheduler.Tests.Queue.StoreLife>;

namespace Scheduler.Tests.Queue;

/// <summary>
/// Random moves made on SQLite and on the model, which must look alike after each; what does not is cut down to the shortest sequence of
/// moves that still shows it.
/// </summary>
[TestFixture]
internal sealed class QueueModelTests
{
    private static readonly Gen<int> Customer = Gen.Int[0, 2];

    private static readonly Life Advance = Both(
        Gen.OneOf(Gen.Int[1, 40], Gen.Int[60, 5_400], Gen.Int[3_600, 100_000]),
        seconds => $"{seconds} s go by",
        (life, seconds) => life.AdvanceAsync(seconds)
    );

    private static readonly Life Trigger = Both(
        Gen.Int[1, 9],
        batch => $"trigger, {batch} at a time",
        (life, batch) => life.TriggerAsync(batch)
    );

    private static readonly Life Lease = Both(
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 2]),
        it => $"worker-{it.Item2} takes up to {it.Item1}",
        (life, it) => life.LeaseAsync(it.Item1, it.Item2)
    );

    private static readonly Life Report = Both(
        // Mostly the last ones: of those that ended long ago nothing more can be told.
        Gen.Select(Gen.OneOf(Gen.Int[0, 2], Gen.Int[0, 9]), Gen.Enum<RunOutcome>(), Gen.Enum<ErrorType>()),
        it => $"the {it.Item1}. lease from the last: {it.Item2} ({it.Item3})",
        (life, it) => life.ReportAsync(it.Item1, it.Item2, it.Item3)
    );

    private static readonly Life Heartbeat = Both(
        Gen.Int[0, 9],
        nth => $"heartbeat of the {nth}. lease from the last",
        (life, nth) => life.HeartbeatAsync(nth)
    );

    private static readonly Life Reap = Both(Gen.Const(0), _ => "reap", (life, _) => life.ReapAsync());

    private static readonly Life Sweep = Both(Gen.Const(0), _ => "sweep", (life, _) => life.SweepAsync());

    private static readonly Life Cancel = Both(
        Gen.Select(Customer, Gen.OneOf(Gen.Int[0, 2], Gen.Int[0, 9])),
        it => $"the {it.Item2}. run from the last of customer {it.Item1} is cancelled",
        (life, it) => life.CancelAsync(it.Item1, it.Item2)
    );

    private static readonly Life Configure = Both(
        Gen.Select(Customer, Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 9]),
        it => $"configure {it}",
        (life, it) => life.ConfigureAsync(it.Item1, it.Item2, it.Item3, it.Item4, it.Item5)
    );

    private static readonly Life Pause = Both(
        Gen.Select(Gen.Int[0, 3], Gen.OneOf(Gen.Const(0), Gen.Int[1, 3_000])),
        it => $"p{it.Item1} pauses for {it.Item2} minutes",
        (life, it) => life.PauseAsync(it.Item1, it.Item2)
    );

    private static readonly Life Stand = Both(
        Gen.Select(Customer, Gen.OneOf(CustomerStatus.Active, CustomerStatus.Suspended)),
        it => $"customer {it.Item1} is {it.Item2}",
        (life, it) => life.StandAsync(it.Item1, it.Item2)
    );

    private static readonly Life Move = Both(
        Gen.Select(Customer, Gen.Int[0, 4]),
        it => $"customer {it.Item1} moves to zone {it.Item2}",
        (life, it) => life.MoveAsync(it.Item1, it.Item2)
    );

    private static readonly Life Limit = Both(
        Gen.Select(Customer, Gen.Int[0, 8], Gen.Int[0, 30], Gen.Int[0, 3]),
        it => $"limits {it}",
        (life, it) => life.LimitAsync(it.Item1, it.Item2, it.Item3, it.Item4)
    );

    private readonly ConcurrentBag<SqliteDatabase> databases = [];

    [TearDown]
    public async Task RemoveDatabases()
    {
        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    [Test]
    public Task Order_caps_leases_and_tokens_are_those_of_the_model() =>
        SampleAsync([
            Advance,
            Trigger,
            Trigger,
            Lease,
            Lease,
            Report,
            Report,
            Heartbeat,
            Reap,
            Sweep,
            Cancel,
            Configure,
            Pause,
            Stand,
        ]);

    [Test]
    public Task Quotas_days_and_what_is_given_back_are_those_of_the_model() =>
        SampleAsync([
            Advance,
            Trigger,
            Trigger,
            Lease,
            Lease,
            Report,
            Report,
            Reap,
            Cancel,
            Cancel,
            Cancel,
            Sweep,
            Configure,
            Move,
            Limit,
        ]);

    private Task SampleAsync(Life[] moves) =>
        Gen.Int[0, 40_000]
            .Select(BeginAsync)
            .SampleModelBasedAsync(
                moves,
                equal: (real, model) => real.Seen == model.Seen,
                iter: Cases.Of(60),
                threads: 2,
                printActual: life => life.Seen,
                printModel: life => life.Seen
            );

    private async Task<(StoreLife Real, StoreLife Model)> BeginAsync(int seed)
    {
        var database = await SqliteDatabase.CreateFastAsync();
        databases.Add(database);
        return (await StoreLife.BeginAsync(database, seed), await StoreLife.BeginAsync(new ModelDatabase(), seed));
    }

    private static Life Both<T>(Gen<T> gen, Func<T, string> name, Func<StoreLife, T, Task> move) =>
        gen.Operation<StoreLife, StoreLife>(name, move, move);
}
