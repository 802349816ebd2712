using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines;

public sealed class ErrorClassifierTests
{
    private const string Canary = "/srv/secret-canary";

    private static IEnumerable<TestCaseData> Exceptions()
    {
        yield return new(new PipelineException(ErrorType.SchemaDrift, "said"), ErrorType.SchemaDrift);
        yield return new(new DatasetUnavailableException(Canary), ErrorType.ServiceUnavailable);
        yield return new(new HttpRequestException(Canary), ErrorType.TransientNetwork);
        yield return new(new SocketException(111), ErrorType.TransientNetwork);
        yield return new(new TimeoutException(Canary), ErrorType.Timeout);
        yield return new(new TaskCanceledException(Canary), ErrorType.Timeout);
        yield return new(new JsonException(Canary), ErrorType.SchemaDrift);
        yield return new(new IOException(Canary), ErrorType.ServiceUnavailable);
        // The words of a message decide nothing.
        yield return new(new InvalidOperationException($"429 rate limit timeout {Canary}"), ErrorType.Unknown);
    }

    [TestCaseSource(nameof(Exceptions))]
    public void An_exception_is_classified_by_its_type_and_its_text_is_not_repeated(Exception exception, ErrorType type)
    {
        var error = ErrorClassifier.Classify(exception);

        Assert.That(error.ErrorType, Is.EqualTo(type));
        Assert.That(error.Message, Does.Not.Contain("canary"));
    }

    [TestCase(400, ErrorType.InvalidConfiguration)]
    [TestCase(401, ErrorType.AuthenticationFailed)]
    [TestCase(403, ErrorType.AuthorizationFailed)]
    [TestCase(404, ErrorType.ResourceNotFound)]
    [TestCase(408, ErrorType.Timeout)]
    [TestCase(422, ErrorType.InvalidConfiguration)]
    [TestCase(429, ErrorType.RateLimitExceeded)]
    [TestCase(500, ErrorType.ServiceUnavailable)]
    [TestCase(529, ErrorType.ServiceUnavailable)]
    public void A_status_is_classified_by_its_number(int status, ErrorType type) =>
        Assert.That(
            ErrorClassifier.Classify(new HttpRequestException(Canary, null, (HttpStatusCode)status)).ErrorType,
            Is.EqualTo(type)
        );
}
