using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Tests.Pipelines.Providers.Limits;

[TestFixture]
internal sealed class TokenBucketTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 2, 12, 0);
    private static readonly RatePolicy Policy = new(3, Duration.FromSeconds(10));
    private static readonly Duration Long = Duration.FromHours(1);

    [Test]
    public void A_burst_starts_at_once_and_the_calls_after_it_one_by_one()
    {
        var bucket = TokenBucket.Full(Now);
        var waits = new List<double>();
        for (var call = 0; call < 5; call++)
        {
            (_, var wait, bucket) = bucket.Take(Policy, Now, Long);
            waits.Add(wait.TotalSeconds);
        }

        Assert.That(waits, Is.EqualTo([0, 0, 0, 10, 20]));
    }

    [Test]
    public void A_call_that_would_wait_too_long_takes_nothing()
    {
        var bucket = TokenBucket.Full(Now);
        var policy = new RatePolicy(1, Duration.FromSeconds(10));
        (_, _, bucket) = bucket.Take(policy, Now, Long);

        var refused = bucket.Take(policy, Now, Duration.FromSeconds(9));
        var granted = refused.Next.Take(policy, Now, Duration.FromSeconds(10));

        Assert.That((refused.Granted, refused.Wait), Is.EqualTo((false, Duration.FromSeconds(10))));
        Assert.That((granted.Granted, granted.Wait), Is.EqualTo((true, Duration.FromSeconds(10))));
    }

    [Test]
    public void Several_calls_are_granted_as_far_as_they_may_start_at_once()
    {
        var two = TokenBucket.Full(Now).TakeUpTo(2, Policy, Now, Long);
        var one = two.Next.TakeUpTo(2, Policy, Now, Long);
        var late = one.Next.TakeUpTo(2, Policy, Now, Long);
        var none = late.Next.TakeUpTo(2, Policy, Now, Duration.FromSeconds(19));

        Assert.That((two.Taken, two.Wait), Is.EqualTo((2, Duration.Zero)));
        Assert.That((one.Taken, one.Wait), Is.EqualTo((1, Duration.Zero)));
        Assert.That((late.Taken, late.Wait), Is.EqualTo((1, Duration.FromSeconds(10))));
        Assert.That((none.Taken, none.Wait), Is.EqualTo((0, Duration.FromSeconds(20))));
        Assert.That(none.Next, Is.EqualTo(late.Next));
    }

    [Test]
    public void A_pause_holds_everybody_and_a_shorter_one_does_not_end_it()
    {
        var bucket = TokenBucket.Full(Now).Close(Now, Duration.FromMinutes(5)).Close(Now, Duration.FromSeconds(1));

        Assert.That(bucket.Take(Policy, Now, Long).Wait, Is.EqualTo(Duration.FromMinutes(5)));
        Assert.That(bucket.Take(Policy, Now + Duration.FromMinutes(5), Long).Wait, Is.EqualTo(Duration.Zero));
    }

    [Test]
    public void A_clock_that_steps_back_gives_no_tokens()
    {
        var bucket = TokenBucket.Full(Now);
        for (var call = 0; call < 3; call++)
        {
            bucket = bucket.Take(Policy, Now, Long).Next;
        }

        Assert.That(bucket.Take(Policy, Now - Duration.FromHours(1), Long).Wait, Is.EqualTo(Duration.FromSeconds(10)));
    }

    [Test]
    public void In_no_time_more_calls_start_than_the_burst_and_what_came_back()
    {
        Gen.Select(Gen.Int[1, 10], Gen.Int[1, 60], Gen.Int[0, 30].Array[1, 60])
            .Sample(
                (burst, every, gaps) =>
                {
                    var policy = new RatePolicy(burst, Duration.FromSeconds(every));
                    var (bucket, now) = (TokenBucket.Full(Now), Now);
                    var starts = new List<Instant>();
                    foreach (var gap in gaps)
                    {
                        now += Duration.FromSeconds(gap);
                        (_, var wait, bucket) = bucket.Take(policy, now, Long);
                        starts.Add(now + wait);
                    }
                    for (var first = 0; first < starts.Count; first++)
                    {
                        for (var last = first; last < starts.Count; last++)
                        {
                            var allowed = burst + ((starts[last] - starts[first]) / policy.Every) + 1e-6;
                            if (last - first + 1 > allowed)
                            {
                                return false;
                            }
                        }
                    }
                    return true;
                }
            );
    }
}
