using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Status;

namespace Scheduler.Tests.Alerts;

/// <summary>What fires and no watch has written down yet.</summary>
[TestFixture]
internal sealed class OpenAlertsTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    [Test]
    public void What_holds_now_is_told_before_it_is_written_down_and_once()
    {
        var written = new Alert
        {
            AlertId = 7,
            Rule = AlertRules.RunTooLong,
            Subject = "run-1",
            CustomerId = "acme",
            Message = "long",
            State = AlertState.Silenced,
            FiredAt = Now - Duration.FromHours(1),
        };
        AlertJudgement[] judgements =
        [
            new(AlertRules.RunTooLong, "run-1", "acme", "still long"),
            new(AlertRules.RunTooLong, "run-2", "bolt", "long too"),
            new(AlertRules.QueueLength, AlertRules.Subject, null, "near its limit", Fires: false),
        ];

        var found = OpenAlerts.Found([written], judgements, Now);

        Assert.That(
            found,
            Is.EqualTo([
                written with
                {
                    AlertId = null,
                    Subject = "run-2",
                    CustomerId = "bolt",
                    Message = "long too",
                    State = AlertState.Firing,
                    FiredAt = Now,
                },
            ])
        );
    }
}
