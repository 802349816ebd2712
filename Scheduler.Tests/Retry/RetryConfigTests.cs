using System.ComponentModel.DataAnnotations;
using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Retry;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Retry;

[TestFixture]
internal sealed class RetryConfigTests
{
    [TestCase(null)]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("")]
    [TestCase("{")]
    [TestCase("""{"max_retries": "x"}""")]
    [TestCase("""{"base_seconds": 1e99}""")]
    public void What_is_missing_or_cannot_be_read_is_the_default(string? json)
    {
        var config = RetryConfig.Parse(json);

        Assert.That(
            (
                config.MaxRetries,
                config.BaseSeconds,
                config.BackoffMultiplier,
                config.MaxBackoffSeconds,
                config.Jitter,
                config.RetryOnErrors,
                config.DisableAfterFailures
            ),
            Is.EqualTo((3, 60, 2.0, 3600, true, null as IReadOnlyList<ErrorType>, null as int?))
        );
    }

    [Test]
    public void Whatever_is_stored_can_be_lived_with() =>
        Gen.OneOf(
                Gen.String,
                Gen.Char["{}[]\":,0123456789.eE-nulltrefasmx_ "].Array[0, 40].Select(chosen => new string(chosen)),
                Gen.Select(
                    Gen.OneOf("max_retries", "base_seconds", "jitter", "retry_on_errors", "disable_after_failures"),
                    Gen.OneOf("1", "-1", "null", "\"a\"", "[]", "[\"TIMEOUT\"]", "[null]", "true", "{}", "1.5"),
                    (name, value) => $"{{\"{name}\": {value}}}"
                )
            )
            .Sample(text => RetryConfig.Parse(text) is not null, iter: Cases.Of(5_000));

    [TestCase(60, 60, 0)]
    [TestCase(60, 61, 0)]
    [TestCase(60, 59, 1)]
    public void The_longest_wait_is_not_shorter_than_the_first(int first, int longest, int faults)
    {
        var found = Faults(new RetryConfig { BaseSeconds = first, MaxBackoffSeconds = longest });

        Assert.That(found, Has.Count.EqualTo(faults));
        Assert.That(
            found.SelectMany(fault => fault.MemberNames),
            Is.All.EqualTo(nameof(RetryConfig.MaxBackoffSeconds))
        );
        Assert.That(found.Select(fault => fault.ErrorMessage), Is.All.EqualTo("Must not be less than base_seconds."));
    }

    [Test]
    public void Errors_that_are_never_retried_are_named_each_once()
    {
        var found = Faults(
            new RetryConfig
            {
                RetryOnErrors =
                [
                    ErrorType.Timeout,
                    ErrorType.AuthenticationFailed,
                    ErrorType.WorkerLost,
                    ErrorType.AuthenticationFailed,
                ],
            }
        );

        Assert.That(
            found.Single().ErrorMessage,
            Is.EqualTo("AUTHENTICATION_FAILED, WORKER_LOST: never retried, another try would end the same.")
        );
        Assert.That(found.Single().MemberNames, Is.EqualTo(new[] { nameof(RetryConfig.RetryOnErrors) }));
        Assert.That(Faults(new RetryConfig { RetryOnErrors = [ErrorType.Timeout] }), Is.Empty);
    }

    private static List<ValidationResult> Faults(RetryConfig config) => [.. config.Validate(new(config))];
}
