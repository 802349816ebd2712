using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers.Limits;

[TestFixture]
internal sealed class ProviderLimitsTests
{
    private static readonly RatePolicy Policy = new(1, Duration.FromSeconds(10));
    private static readonly RateKey Key = new("acme_corp", "Azure", "tenant");

    [Test]
    public async Task Pipelines_of_one_customer_share_a_limit_and_others_have_their_own()
    {
        var time = new FakeTimeProvider(PipelineBench.Noon.ToDateTimeOffset());
        var limits = Alone(time);

        Assert.That(await limits.WaitAsync(Key, Policy, Duration.Zero, default), Is.Null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await limits.WaitAsync(Key, Policy, Duration.FromSeconds(9), default),
                Is.EqualTo(Duration.FromSeconds(10)),
                "the same customer"
            );
            Assert.That(
                await limits.WaitAsync(Key with { CustomerId = "bolt" }, Policy, Duration.Zero, default),
                Is.Null
            );
            Assert.That(
                await limits.WaitAsync(Key with { Account = "other" }, Policy, Duration.Zero, default),
                Is.Null
            );
        }
    }

    [Test]
    public async Task Whoever_may_wait_starts_when_its_turn_has_come()
    {
        var time = new FakeTimeProvider(PipelineBench.Noon.ToDateTimeOffset());
        var limits = Alone(time);
        await limits.WaitAsync(Key, Policy, Duration.Zero, default);

        var waiting = limits.WaitAsync(Key, Policy, Duration.FromMinutes(1), default);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(waiting.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That(await waiting, Is.Null);
    }

    [Test]
    public async Task A_wait_beyond_the_run_s_end_is_the_queue_s_and_nobody_is_called()
    {
        using var world = new ProviderWorld();
        var limit = new RateKey(PipelineBench.Customer, "OpenAI");
        await world.Bench.Limits.WaitAsync(limit, Policy, Duration.Zero, default);
        await world.Bench.Limits.PauseAsync(limit, Policy, Duration.FromHours(2), default);

        var failed = PipelineBench.Failed(await world.RunAsync("OPENAI"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.RateLimitExceeded));
            Assert.That(failed.RetryAfter, Is.EqualTo(Duration.FromHours(2)));
            Assert.That(world.OpenAi.AllCalls, Is.Empty);
        }
    }

    [Test]
    public async Task A_provider_s_wait_holds_for_the_customer_s_other_pipelines_too()
    {
        using var world = new ProviderWorld();
        world.OpenAi.Fail(429, "{}", ("Retry-After", "3600"));
        PipelineBench.Failed(await world.RunAsync("OPENAI"));

        var other = PipelineBench.Failed(
            await world.RunAsync("OPENAI", domain: "OBSERVABILITY", template: "usage_tracking")
        );

        Assert.That(
            (other.ErrorType, other.RetryAfter),
            Is.EqualTo((ErrorType.RateLimitExceeded, (Duration?)Duration.FromHours(1)))
        );
        Assert.That(world.OpenAi.AllCalls, Has.Count.EqualTo(1));
    }

    private static ProviderLimits Alone(TimeProvider time) =>
        new(shared: null, time, NullLogger<ProviderLimits>.Instance);
}
