using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Alerts.Mails;

namespace Scheduler.Tests.Alerts;

public sealed class RunTextTests
{
    // Berlin changes to summer time on 2026-03-29 at 01:00 UTC.
    private static readonly RunNotice Failed = new()
    {
        Recipients = ["owner@example.com"],
        RunId = "run-1",
        ConfigId = "config-1",
        CustomerId = "acme",
        CompanyName = "Acme Ltd",
        PipelineName = "cloud costs",
        Provider = "AWS",
        Domain = "COST",
        PipelineTemplate = "cost_billing",
        Timezone = "Europe/Berlin",
        ScheduledTime = Instant.FromUtc(2026, 3, 29, 4, 0),
        DataIntervalStart = Instant.FromUtc(2026, 3, 28, 5, 0),
        DataIntervalEnd = Instant.FromUtc(2026, 3, 29, 4, 0),
        EndedAt = Instant.FromUtc(2026, 3, 29, 4, 7),
        DurationSeconds = 252,
        Attempts = 4,
        ErrorType = "AUTHENTICATION_FAILED",
        ErrorMessage = "The provider refused the key.",
        FailingSince = Instant.FromUtc(2026, 3, 29, 4, 7),
        Failures = 1,
    };

    [Test]
    public void A_failure_says_whose_what_when_and_why() =>
        Assert.That(
            $"{RunText.Subject(DeliveryEvent.RunFailed, Failed)}\n\n"
                + RunText.Body(DeliveryEvent.RunFailed, Failed, "https://scheduler.example.com"),
            Is.EqualTo(
                """
                [scheduler] cloud costs failed: AUTHENTICATION_FAILED (Acme Ltd)

                It failed and is not tried again before its next scheduled time.

                customer        Acme Ltd (acme)
                pipeline        cloud costs
                provider        AWS / COST / cost_billing
                scheduled for   Sun 2026-03-29 06:00 +02:00 Europe/Berlin
                data from       Sat 2026-03-28 06:00 +01:00 Europe/Berlin to Sun 2026-03-29 06:00 +02:00 Europe/Berlin
                ended           Sun 2026-03-29 06:07 +02:00 Europe/Berlin
                attempts        4
                took            4 min
                error           AUTHENTICATION_FAILED
                message         The provider refused the key.
                run             run-1

                https://scheduler.example.com/api/v1/scheduler/customer/acme/runs/run-1

                While it goes on failing you are reminded once a day, and told when it works again.

                """
            )
        );

    [Test]
    public void A_recovery_says_what_was_loaded_and_what_it_cost()
    {
        var notice = Failed with
        {
            Failures = 12,
            ErrorType = null,
            ErrorMessage = null,
            Figures = new RunFigures(
                12_345,
                new LocalDate(2026, 3, 28),
                new LocalDate(2026, 3, 29),
                [new CurrencyTotal("EUR", 1_234.5m), new CurrencyTotal("USD", 3m)]
            ),
        };

        var text = RunText.Body(DeliveryEvent.RunRecovered, notice, null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                RunText.Subject(DeliveryEvent.RunRecovered, notice),
                Is.EqualTo("[scheduler] cloud costs works again (Acme Ltd)")
            );
            Assert.That(text, Does.StartWith("It works again. It had failed 12 times since Sun 2026-03-29 06:07"));
            Assert.That(text, Does.Contain("rows            12,345\n"));
            Assert.That(
                text,
                Does.Contain("cost of days    1,234.50 EUR, 3.00 USD (2026-03-28 to 2026-03-29, all sources)\n")
            );
            Assert.That(text, Does.Not.Contain("error").And.Not.Contain("https://"));
        }
    }

    [Test]
    public void A_reminder_says_how_often_it_failed_and_an_unknown_zone_is_read_as_utc()
    {
        var text = RunText.Body(
            DeliveryEvent.RunFailed,
            Failed with
            {
                Failures = 3,
                Timezone = "Atlantis/Capital",
            },
            null
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.StartWith("It keeps failing: 3 times since Sun 2026-03-29 04:07 +00:00 UTC."));
            Assert.That(text, Does.Contain("scheduled for   Sun 2026-03-29 04:00 +00:00 UTC\n"));
        }
    }
}
