using CsCheck;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Retry;

[TestFixture]
internal sealed class RetryPolicyTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    private static readonly Gen<RetryConfig> Configs = Gen.Select(
        Gen.Int[0, 20],
        Gen.Int[1, 86_400],
        Gen.Double[1, 10],
        Gen.Int[1, 86_400],
        Gen.Bool,
        (retries, seconds, factor, most, jitter) =>
            new RetryConfig
            {
                MaxRetries = retries,
                BaseSeconds = seconds,
                BackoffMultiplier = factor,
                MaxBackoffSeconds = most,
                Jitter = jitter,
            }
    );

    [Test]
    public void A_delay_lies_between_half_of_the_ceiling_and_the_ceiling_for_every_attempt() =>
        Gen.Select(Configs, Gen.Int[0, 5000], Gen.Int)
            .Sample(
                (config, attempt, seed) =>
                {
                    var delay = Backoff.Delay(attempt, config, new Random(seed)).TotalSeconds;
                    var full = Math.Min(
                        config.MaxBackoffSeconds,
                        config.BaseSeconds * Math.Pow(config.BackoffMultiplier, attempt)
                    );
                    return delay <= full + 0.001 && delay >= (config.Jitter ? full / 2 : full) - 0.001;
                }
            );

    [TestCase(0.0, 30)]
    [TestCase(0.5, 45)]
    [TestCase(1.0, 60)]
    public void Jitter_draws_from_the_upper_half(double chance, int seconds)
    {
        Assert.That(Backoff.Delay(0, new RetryConfig(), new Drawn(chance)), Is.EqualTo(Duration.FromSeconds(seconds)));
        Assert.That(
            Backoff.Delay(0, new RetryConfig { Jitter = false }, new Drawn(chance)),
            Is.EqualTo(Duration.FromSeconds(60))
        );
    }

    [Test]
    public void The_provider_wins_when_it_asks_for_longer_and_only_then() =>
        Gen.Select(Configs, Gen.Int[0, 200_000], Gen.Int)
            .Sample(
                (config, asked, seed) =>
                {
                    var own = RetryPolicy.NextAttempt(ErrorType.Timeout, 0, config, null, Now, new Random(seed));
                    var both = RetryPolicy.NextAttempt(
                        ErrorType.Timeout,
                        0,
                        config,
                        Duration.FromSeconds(asked),
                        Now,
                        new Random(seed)
                    );
                    return config.MaxRetries == 0
                        ? own is null && both is null
                        : both == Instant.Max(own!.Value, Now + Duration.FromSeconds(asked));
                }
            );

    [Test]
    public void Without_jitter_the_default_waits_one_two_and_four_minutes_and_then_gives_up()
    {
        var config = new RetryConfig { Jitter = false };

        var waits = Enumerable
            .Range(0, 4)
            .Select(attempt =>
                RetryPolicy.NextAttempt(ErrorType.Timeout, attempt, config, null, Now, new Random(1)) - Now
            );

        Assert.That(
            waits,
            Is.EqualTo(
                new Duration?[] { Duration.FromMinutes(1), Duration.FromMinutes(2), Duration.FromMinutes(4), null }
            )
        );
    }

    [Test]
    public void Only_four_kinds_of_error_are_worth_another_try()
    {
        Assert.That(
            Enum.GetValues<ErrorType>().Where(RetryableErrors.Contains),
            Is.EquivalentTo(
                new[]
                {
                    ErrorType.RateLimitExceeded,
                    ErrorType.TransientNetwork,
                    ErrorType.ServiceUnavailable,
                    ErrorType.Timeout,
                }
            )
        );
    }

    [TestCase(ErrorType.Timeout, true)]
    [TestCase(ErrorType.RateLimitExceeded, false)]
    [TestCase(ErrorType.AuthenticationFailed, false)]
    public void A_configuration_narrows_and_never_widens(ErrorType error, bool isRetried)
    {
        var config = RetryConfig.Parse("""{"retry_on_errors": ["TIMEOUT", "AUTHENTICATION_FAILED"]}""");

        Assert.That(
            RetryPolicy.NextAttempt(error, 0, config, null, Now, new Random(1)),
            isRetried ? Is.Not.Null : Is.Null
        );
    }

    private sealed class Drawn(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
