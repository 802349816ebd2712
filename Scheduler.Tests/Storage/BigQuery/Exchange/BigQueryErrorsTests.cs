using System.Net;
using NUnit.Framework;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>What each error asks for: neither the status nor the reason alone decides.</summary>
internal sealed class BigQueryErrorsTests
{
    [TestCase(503, "backendError", BigQueryFault.AskAgain)]
    [TestCase(500, "internalError", BigQueryFault.AskAgain)]
    [TestCase(403, "rateLimitExceeded", BigQueryFault.AskAgain)]
    [TestCase(400, "jobBackendError", BigQueryFault.NewJob)]
    [TestCase(400, "jobInternalError", BigQueryFault.NewJob)]
    [TestCase(400, "jobRateLimitExceeded", BigQueryFault.NewJob)]
    [TestCase(409, "duplicate", BigQueryFault.Duplicate)]
    [TestCase(403, "quotaExceeded", BigQueryFault.Outage)]
    [TestCase(403, "accessDenied", BigQueryFault.Outage)]
    [TestCase(404, "notFound", BigQueryFault.Outage)]
    [TestCase(200, "stopped", BigQueryFault.Stopped)]
    [TestCase(400, "timeout", BigQueryFault.Stopped)]
    [TestCase(400, "bytesBilledLimitExceeded", BigQueryFault.Outage)]
    [TestCase(400, "invalidQuery", BigQueryFault.Refused)]
    [TestCase(400, "invalid", BigQueryFault.Refused)]
    public void A_reason_decides(int status, string reason, object fault) =>
        Assert.That(Judge(status, reason, "whatever"), Is.EqualTo(fault));

    [TestCase("invalidQuery", "Could not serialize access to table p:d.t due to concurrent update")]
    [TestCase("invalidQuery", "Query error: Transaction is aborted due to concurrent update against table p:d.t")]
    [TestCase(
        "invalidQuery",
        "Resources exceeded: Too many DML statements outstanding against table p:d.t, limit is 20."
    )]
    [TestCase("jobRateLimitExceeded", "Exceeded rate limits: too many table update operations for this table")]
    [TestCase("rateLimitExceeded", "Exceeded rate limits: too many table update operations for this table")]
    [TestCase("quotaExceeded", "Exceeded rate limits: too many table update operations for this table")]
    public void Contention_is_told_by_its_text_and_asks_for_another_job(string reason, string message) =>
        Assert.That(Judge(400, reason, message), Is.EqualTo(BigQueryFault.NewJob));

    [TestCase(401, BigQueryFault.Outage)]
    [TestCase(408, BigQueryFault.AskAgain)]
    [TestCase(429, BigQueryFault.AskAgain)]
    [TestCase(502, BigQueryFault.AskAgain)]
    [TestCase(409, BigQueryFault.Duplicate)]
    [TestCase(403, BigQueryFault.Outage)]
    [TestCase(404, BigQueryFault.Outage)]
    [TestCase(400, BigQueryFault.Refused)]
    public void Without_a_body_of_Google_the_status_decides(int status, object fault) =>
        Assert.That(BigQueryErrors.Judge((HttpStatusCode)status, null), Is.EqualTo(fault));

    [Test]
    public void No_answer_at_all_is_asked_again() =>
        Assert.That(BigQueryErrors.Judge(null, null), Is.EqualTo(BigQueryFault.AskAgain));

    private static BigQueryFault Judge(int status, string reason, string message) =>
        BigQueryErrors.Judge((HttpStatusCode)status, new BigQueryError { Reason = reason, Message = message });
}
