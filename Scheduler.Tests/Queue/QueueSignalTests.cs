using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;
using Scheduler.Core.Queue;

namespace Scheduler.Tests.Queue;

/// <summary>How a wake-up reaches those who wait for it.</summary>
internal sealed class QueueSignalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly QueueSignal signal = new();
    private readonly FakeTimeProvider time = new();

    [Test]
    public async Task Who_waits_is_woken_by_the_signal_or_by_the_limit_and_not_before()
    {
        var woken = QueueSignal.WaitAsync(signal.Next, Limit, time, default);
        var early = woken.IsCompleted;
        signal.Raise();
        await woken;
        var limited = QueueSignal.WaitAsync(signal.Next, Limit, time, default);
        time.Advance(Limit - TimeSpan.FromTicks(1));
        var beforeTheLimit = limited.IsCompleted;
        time.Advance(TimeSpan.FromTicks(1));
        await limited;

        Assert.That((early, beforeTheLimit), Is.EqualTo((false, false)));
    }

    /// <summary>A trigger that raises it would otherwise do the claims of all who wait before it answers.</summary>
    [Test]
    public async Task Who_is_woken_goes_on_beside_the_one_who_raised_it()
    {
        using var raising = new ThreadLocal<bool>();
        var onItsStack = IsOnTheStackAsync(raising);

        raising.Value = true;
        signal.Raise();
        raising.Value = false;

        Assert.That(await onItsStack, Is.False);
    }

    private async Task<bool> IsOnTheStackAsync(ThreadLocal<bool> raising)
    {
        await QueueSignal.WaitAsync(signal.Next, Limit, time, default);
        return raising.Value;
    }
}
