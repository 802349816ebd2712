using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Gathering;

namespace Scheduler.Tests.Gathering;

/// <summary>A group whose scripts cost money sends each kind of call at intervals.</summary>
public sealed class FlushIntervalTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new();
    private readonly List<(string Operation, TimeSpan At, int[] Requests)> sent = [];
    private readonly TableGroup group;
    private readonly DateTimeOffset start;

    public FlushIntervalTests()
    {
        start = time.GetUtcNow();
        group = new TableGroup(Interval, time);
    }

    [Test]
    public async Task The_first_call_after_a_rest_goes_at_once()
    {
        var results = Operation("results");
        await results.SendAsync(1, default);
        time.Advance(Interval);

        var second = results.SendAsync(2, default);

        Assert.That(second.IsCompleted, Is.True);
        Assert.That(sent.Select(script => script.At), Is.EqualTo(new[] { TimeSpan.Zero, Interval }));
    }

    [Test]
    public async Task What_comes_within_the_interval_travels_in_one_script_at_its_end()
    {
        var results = Operation("results");
        await results.SendAsync(1, default);
        var waiting = new List<Task>();
        for (var request = 2; request <= 4; request++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            waiting.Add(results.SendAsync(request, default));
        }
        Assert.That(waiting.Select(task => task.IsCompleted), Is.All.False);

        time.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(waiting);

        Assert.That(sent, Has.Count.EqualTo(2));
        Assert.That(sent[1].At, Is.EqualTo(Interval));
        Assert.That(sent[1].Requests, Is.EqualTo(new[] { 2, 3, 4 }));
    }

    [Test]
    public async Task One_kind_of_call_does_not_wait_for_the_interval_of_another()
    {
        var (claims, results) = (Operation("claims"), Operation("results"));
        await claims.SendAsync(1, default);
        time.Advance(TimeSpan.FromSeconds(2));
        var claim = claims.SendAsync(2, default);

        await results.SendAsync(3, default);
        Assert.That(claim.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(3));
        await claim;

        Assert.That(
            sent.Select(script => (script.Operation, script.At.TotalSeconds)),
            Is.EqualTo(new[] { ("claims", 0.0), ("results", 2.0), ("claims", 5.0) })
        );
    }

    [Test]
    public async Task Who_leaves_while_the_interval_lasts_has_asked_nothing()
    {
        var results = Operation("results");
        await results.SendAsync(1, default);
        using var leaving = new CancellationTokenSource();
        var left = results.SendAsync(2, leaving.Token);
        await leaving.CancelAsync();
        Assert.That(async () => await left, Throws.InstanceOf<OperationCanceledException>());

        time.Advance(Interval);

        Assert.That(sent, Has.Count.EqualTo(1));
        Assert.That(await results.SendAsync(3, default), Is.EqualTo(3), "and holds up nobody");
    }

    private GatheredOperation<int, int> Operation(string name) =>
        new(
            group,
            _ => 1,
            requests =>
            {
                sent.Add((name, time.GetUtcNow() - start, [.. requests]));
                return Task.FromResult(requests);
            },
            new GatherLimits()
        );
}
