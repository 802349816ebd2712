using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Tests.Alerts;

public sealed class AnnouncementsTests
{
    private static readonly Instant Fired = Instant.FromUtc(2026, 3, 2, 10, 0);
    private static readonly UntoldAlert Alert = new(7, "LATENESS", "system", null, "late", Fired, null, null, 0);
    private static readonly SinkKind[] Sinks = [SinkKind.Email, SinkKind.Webhook];

    [Test]
    public void An_alert_that_fires_is_told_to_every_sink()
    {
        var (told, deliveries) = Announcements.Of(Alert, Sinks);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(told, Is.EqualTo(new ToldAlert(7, 0, false, 1)));
            Assert.That(
                deliveries.Select(one => one.DeliveryId),
                Is.EqualTo(["alert-7-fired-EMAIL", "alert-7-fired-WEBHOOK"])
            );
            Assert.That(deliveries[0].Payload, Does.Contain("\"resolved_at\":null"));
        }
    }

    [Test]
    public void Its_end_is_told_and_of_one_that_was_short_both()
    {
        var over = Alert with { ResolvedAt = Fired + Duration.FromMinutes(1) };

        var both = Announcements.Of(over, Sinks);
        var end = Announcements.Of(over with { Told = 1 }, Sinks);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(both.Told, Is.EqualTo(new ToldAlert(7, 0, true, 2)));
            Assert.That(both.Deliveries, Has.Count.EqualTo(4));
            Assert.That(end.Told, Is.EqualTo(new ToldAlert(7, 1, true, 2)));
            Assert.That(
                end.Deliveries.Select(one => one.DeliveryId),
                Is.EqualTo(["alert-7-resolved-EMAIL", "alert-7-resolved-WEBHOOK"])
            );
            Assert.That(end.Deliveries[0].Payload, Does.Contain("\"resolved_at\":\"2026-03-02T10:01:00Z\""));
        }
    }

    [Test]
    public void An_alert_that_was_silenced_when_it_ended_ends_in_silence()
    {
        var over = Alert with { ResolvedAt = Fired + Duration.FromMinutes(1), Told = 1 };

        var silent = Announcements.Of(over with { SilencedUntil = Fired + Duration.FromMinutes(2) }, Sinks);
        var heard = Announcements.Of(over with { SilencedUntil = Fired + Duration.FromMinutes(1) }, Sinks);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((silent.Told.Told, silent.Deliveries.Count), Is.EqualTo((2, 0)));
            Assert.That(heard.Deliveries, Has.Count.EqualTo(2));
        }
    }

    [Test]
    public void Without_sinks_it_counts_as_told()
    {
        var (told, deliveries) = Announcements.Of(Alert, []);

        Assert.That((told.Told, deliveries.Count), Is.EqualTo((1, 0)));
    }
}
