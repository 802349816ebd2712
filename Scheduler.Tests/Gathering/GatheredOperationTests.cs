using NUnit.Framework;
using Scheduler.Core.Gathering;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Gathering;

public sealed class GatheredOperationTests
{
    private readonly HeldStore store = new();

    [Test]
    public async Task A_lone_request_is_on_its_way_before_the_call_returns()
    {
        var answer = store.Operation().SendAsync(1, default);

        Assert.That(store.HasNext, Is.True, "nothing was waited for");
        (await store.NextAsync()).Commit();
        Assert.That(await answer, Is.EqualTo(10));
    }

    [Test]
    public async Task An_answer_that_is_there_at_once_changes_no_thread()
    {
        var operation = new GatheredOperation<int, int>(
            new TableGroup(),
            _ => 1,
            requests => Task.FromResult(requests),
            new GatherLimits()
        );

        for (var call = 0; call < 3; call++)
        {
            Assert.That(operation.SendAsync(call, default).IsCompleted, Is.True, $"call {call}");
        }
        Assert.That(await operation.SendAsync(7, default), Is.EqualTo(7));
    }

    [Test]
    public async Task What_comes_while_a_script_is_under_way_travels_together_in_the_next()
    {
        var operation = store.Operation();
        var first = operation.SendAsync(1, default);
        var script = await store.NextAsync();
        var others = new[] { 2, 3, 4 }.Select(request => operation.SendAsync(request, default)).ToArray();

        script.Commit();
        var next = await store.NextAsync();
        next.Commit();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await first, Is.EqualTo(10));
            Assert.That(next.Requests, Is.EqualTo(new[] { 2, 3, 4 }), "in the order of their coming");
            Assert.That(await Task.WhenAll(others), Is.EqualTo(new[] { 20, 30, 40 }), "each its own answer");
            Assert.That(store.MostInFlight, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Nobody_is_answered_before_the_commit()
    {
        var operation = store.Operation();
        var first = operation.SendAsync(1, default);
        var script = await store.NextAsync();
        var second = operation.SendAsync(2, default);

        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)));
        script.Commit();
        await first;
        Assert.That(second.IsCompleted, Is.False);
        (await store.NextAsync()).Commit();
        await second;
    }

    [Test]
    public async Task Operations_of_a_group_take_turns_however_much_one_of_them_wants()
    {
        var small = new GatherLimits { Batch = 1 };
        var claims = store.Operation("claim", small);
        var results = store.Operation("result", small);
        var heartbeats = store.Operation("heartbeat", small);
        var sent = new List<Task> { claims.SendAsync(1, default) };
        for (var more = 0; more < 5; more++)
        {
            sent.Add(claims.SendAsync(1, default));
        }
        sent.Add(results.SendAsync(1, default));
        sent.Add(results.SendAsync(1, default));
        sent.Add(heartbeats.SendAsync(1, default));

        var order = new List<string>();
        for (var script = 0; script < 9; script++)
        {
            var next = await store.NextAsync();
            order.Add(next.Operation);
            next.Commit();
        }
        await Task.WhenAll(sent);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                order,
                Is.EqualTo(
                    new[] { "claim", "result", "heartbeat", "claim", "result", "claim", "claim", "claim", "claim" }
                )
            );
            Assert.That(store.MostInFlight, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_script_takes_no_more_items_than_its_bound_and_a_larger_request_goes_alone()
    {
        var operation = store.Operation(limits: new GatherLimits { Batch = 10 });
        var sent = new List<Task> { operation.SendAsync(1, default) };
        var script = await store.NextAsync();
        sent.AddRange(new[] { 6, 4, 1, 25, 10 }.Select(request => operation.SendAsync(request, default)));

        var batches = new List<IReadOnlyList<int>>();
        for (var more = 0; more < 4; more++)
        {
            script.Commit();
            script = await store.NextAsync();
            batches.Add(script.Requests);
        }
        script.Commit();
        await Task.WhenAll(sent);

        Assert.That(batches, Is.EqualTo(new int[][] { [6, 4], [1], [25], [10] }));
    }

    [TestCase(2, 1_000, TestName = "Over_the_bound_of_requests_the_next_one_is_refused_at_once")]
    [TestCase(100, 20, TestName = "Over_the_bound_of_items_the_next_one_is_refused_at_once")]
    public async Task Over_a_bound_the_next_one_is_refused_at_once(int requests, int items)
    {
        var operation = store.Operation(limits: new() { WaitingRequests = requests, WaitingItems = items });
        var first = operation.SendAsync(10, default);
        var script = await store.NextAsync();
        var second = operation.SendAsync(10, default);
        var third = operation.SendAsync(10, default);

        var refused = operation.SendAsync(10, default);

        Assert.That(async () => await refused, Throws.TypeOf<StoreBusyException>());
        script.Commit();
        (await store.NextAsync()).Commit();
        Assert.That(await Task.WhenAll(first, second, third), Is.All.EqualTo(100), "who waited is served");
        var again = operation.SendAsync(10, default);
        (await store.NextAsync()).Commit();
        Assert.That(await again, Is.EqualTo(100), "there is room again");
    }

    [Test]
    public async Task A_request_that_the_store_does_not_take_fails_alone()
    {
        var operation = Refusing(7);
        var sent = Enumerable.Range(1, 20).Select(request => operation.SendAsync(request, default)).ToList();
        (await store.NextAsync()).Commit();

        for (var request = 1; request <= 20; request++)
        {
            var answer = sent[request - 1];
            if (request == 7)
            {
                Assert.That(async () => await answer, Throws.TypeOf<FormatException>());
            }
            else
            {
                Assert.That(await answer, Is.EqualTo(request), $"request {request}");
            }
        }
    }

    [Test]
    public async Task A_store_that_is_down_fails_them_all_and_is_not_asked_again()
    {
        var operation = store.Operation();
        var first = operation.SendAsync(1, default);
        var script = await store.NextAsync();
        var second = operation.SendAsync(2, default);
        var third = operation.SendAsync(3, default);
        script.Commit();
        await first;

        (await store.NextAsync()).Fail(new StorageUnavailableException("down"));

        Assert.That(async () => await second, Throws.TypeOf<StorageUnavailableException>());
        Assert.That(async () => await third, Throws.TypeOf<StorageUnavailableException>());
        var after = operation.SendAsync(4, default);
        var next = await store.NextAsync();
        next.Commit();
        Assert.That(next.Requests, Is.EqualTo(new[] { 4 }));
        Assert.That(await after, Is.EqualTo(40), "the next call tries anew");
    }

    [Test]
    public async Task A_caller_that_leaves_before_its_request_was_sent_has_asked_nothing()
    {
        var operation = store.Operation(limits: new() { WaitingRequests = 2 });
        using var leaving = new CancellationTokenSource();
        var first = operation.SendAsync(1, default);
        var script = await store.NextAsync();
        var left = operation.SendAsync(2, leaving.Token);
        var stays = operation.SendAsync(3, default);

        await leaving.CancelAsync();

        Assert.That(async () => await left, Throws.InstanceOf<OperationCanceledException>());
        var inItsPlace = operation.SendAsync(4, default);
        script.Commit();
        var next = await store.NextAsync();
        next.Commit();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(next.Requests, Is.EqualTo(new[] { 3, 4 }));
            Assert.That(await Task.WhenAll(first, stays, inItsPlace), Is.EqualTo(new[] { 10, 30, 40 }));
        }
    }

    [Test]
    public async Task A_caller_that_leaves_after_its_request_was_sent_learns_what_was_done_and_harms_nobody()
    {
        var operation = store.Operation();
        using var leaving = new CancellationTokenSource();
        var first = operation.SendAsync(1, leaving.Token);
        var script = await store.NextAsync();
        var left = operation.SendAsync(2, leaving.Token);
        var stays = operation.SendAsync(3, default);
        script.Commit();
        await first;
        var shared = await store.NextAsync();

        await leaving.CancelAsync();

        Assert.That(left.IsCompleted, Is.False);
        shared.Commit();
        Assert.That(await Task.WhenAll(left, stays), Is.EqualTo(new[] { 20, 30 }));
    }

    [Test]
    public void A_caller_that_has_left_already_sends_nothing()
    {
        var operation = store.Operation();

        Assert.That(
            async () => await operation.SendAsync(1, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Assert.That(store.HasNext, Is.False);
    }

    [Test]
    public async Task Under_load_from_many_threads_everyone_gets_its_own_answer_and_one_script_is_under_way()
    {
        const int Callers = 32;
        const int Calls = 200;
        var (underWay, most) = (0, 0);
        var operation = new GatheredOperation<(int Caller, int Call), (int Caller, int Call)>(
            new TableGroup(),
            _ => 1,
            async requests =>
            {
                most = Math.Max(most, Interlocked.Increment(ref underWay));
                await Task.Yield();
                Interlocked.Decrement(ref underWay);
                return requests;
            },
            new GatherLimits()
        );

        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(caller =>
                    Task.Run(async () =>
                    {
                        for (var call = 0; call < Calls; call++)
                        {
                            Assert.That(await operation.SendAsync((caller, call), default), Is.EqualTo((caller, call)));
                        }
                    })
                )
        );

        Assert.That(most, Is.EqualTo(1));
    }

    /// <summary>Holds its first script, so that others gather behind it, and then refuses every set that has the number.</summary>
    private GatheredOperation<int, int> Refusing(int poison)
    {
        var first = store.Operation("first").SendAsync(1, default);
        return new GatheredOperation<int, int>(
            store.Tables,
            _ => 1,
            async requests =>
            {
                await first;
                return requests.Contains(poison) ? throw new FormatException($"{poison}") : requests;
            },
            new GatherLimits()
        );
    }
}
