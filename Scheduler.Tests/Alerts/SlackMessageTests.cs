using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Tests.Alerts;

public sealed class SlackMessageTests
{
    private static readonly AlertNotice Notice = new()
    {
        AlertId = "7",
        Rule = "CONSECUTIVE_FAILURES",
        Subject = "config-1",
        CustomerId = "acme",
        Message = "Pipeline <!channel> & <https://evil.example|click> failed.",
        FiredAt = Instant.FromUtc(2026, 3, 2, 10, 0),
        ResolvedAt = Instant.FromUtc(2026, 3, 2, 13, 20),
    };

    [Test]
    public void What_customers_wrote_calls_nobody_and_links_nowhere()
    {
        var message = SlackMessage.Of(DeliveryEvent.Resolved, Notice, "https://scheduler.example.com");

        const string Escaped = "Pipeline &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; failed.";
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)message["text"], Is.EqualTo($"Resolved: CONSECUTIVE_FAILURES (acme): {Escaped}"));
            Assert.That((string?)message["blocks"]![0]!["text"]!["type"], Is.EqualTo("plain_text"));
            Assert.That((string?)message["blocks"]![1]!["text"]!["text"], Is.EqualTo(Escaped));
            Assert.That(
                (string?)message["blocks"]![2]!["elements"]![0]!["text"],
                Is.EqualTo(
                    "rule: CONSECUTIVE_FAILURES   subject: config-1   alert: 7   since: 2026-03-02 10:00:00 UTC   customer: acme   "
                        + "over: 2026-03-02 13:20:00 UTC   lasted: 3 h 20 min   <https://scheduler.example.com/|scheduler>"
                )
            );
        }
    }

    [Test]
    public void A_long_message_is_cut_to_what_slack_takes()
    {
        var message = SlackMessage.Of(
            DeliveryEvent.Fired,
            Notice with
            {
                Message = new string('<', 5_000),
                CustomerId = new string('c', 200),
            },
            null
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((string?)message["blocks"]![0]!["text"]!["text"])!, Has.Length.LessThanOrEqualTo(150));
            Assert.That(((string?)message["blocks"]![1]!["text"]!["text"])!, Has.Length.LessThanOrEqualTo(3_000));
        }
    }
}
