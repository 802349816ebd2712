using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Contracts;
using SmtpServer.Protocol;

namespace Scheduler.Tests.Alerts;

/// <summary>Mails to a real mail server over real sockets.</summary>
public sealed class MailTransportTests
{
    private const string Password = "password-canary-0123456789";

    [Test]
    public async Task An_alert_arrives_as_it_was_written()
    {
        await using var server = new MailServer();
        var options = Options(server, EmailTls.None);
        var sink = new EmailSink(options, "https://scheduler.example.com", new MailTransport(options));
        var notice = new AlertNotice
        {
            AlertId = "7",
            Rule = "LATENESS",
            Subject = "system",
            Message = "Larger than allowed.",
            FiredAt = Instant.FromUtc(2026, 3, 2, 10, 0),
        };
        var delivery = new ClaimedDelivery
        {
            DeliveryId = "alert-7-fired-EMAIL",
            Event = DeliveryEvent.Fired,
            Payload = JsonSerializer.Serialize(notice, WireJson.Options),
            Attempts = 1,
            GiveUpAt = notice.FiredAt,
            Now = notice.FiredAt,
        };
        await sink.SendAsync(delivery, default);
        await sink.SendAsync(delivery, default);

        var mails = server.Received.ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mails, Has.Count.EqualTo(2));
            Assert.That(mails[0].From, Is.EqualTo("scheduler@example.com"));
            Assert.That(mails[0].To, Is.EqualTo(["ops@example.com", "oncall@example.com"]));
            Assert.That(mails[0].Text, Does.Contain("Subject: [scheduler] Firing: LATENESS\r\n"));
            Assert.That(mails[0].Text, Does.Contain("Auto-Submitted: auto-generated\r\n"));
            Assert.That(mails[0].Text, Does.Contain("\r\n\r\nLarger than allowed.\r\n"));
            Assert.That(mails[0].Text, Does.Contain("since     2026-03-02 10:00:00 UTC\r\n"));
            Assert.That(mails[0].Text, Does.Contain("https://scheduler.example.com/"));
            Assert.That(
                mails.Select(mail => mail.Text.Split("\r\n").Single(line => line.StartsWith("Message-Id:"))),
                Is.All.EqualTo("Message-Id: <alert-7-fired-EMAIL@example.com>"),
                "a mail that is sent twice is known by its id"
            );
        }
    }

    [Test]
    public async Task What_others_wrote_adds_no_header_and_no_recipient()
    {
        await using var server = new MailServer();

        await new MailTransport(Options(server, EmailTls.None)).SendAsync(
            "run-1",
            ["owner@example.com", "a@example.com\r\nBcc: b@example.com", "not an address"],
            "main\r\nBcc: c@example.com\r\n\r\nbody",
            "text\r\n.\r\nMAIL FROM:<d@example.com>\r\n",
            default
        );

        var mail = server.Received.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mail.To, Is.EqualTo(["owner@example.com"]));
            Assert.That(mail.Text.Split("\r\n\r\n")[0].Split("\r\n"), Has.None.StartsWith("Bcc").IgnoreCase);
            Assert.That(mail.Text, Does.Contain("MAIL FROM:<d@example.com>"), "the text is only text");
        }
    }

    [Test]
    public async Task One_address_that_is_not_taken_does_not_keep_it_from_the_others()
    {
        await using var server = new MailServer();
        server.Unknown.Add("ops@example.com");
        var options = Options(server, EmailTls.None);
        await Send(options);
        server.Unknown.Add("oncall@example.com");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.Received.Single().To, Is.EqualTo(["oncall@example.com"]));
            Assert.That(() => Send(options), Throws.TypeOf<DeliveryFailedException>());
        }
    }

    [TestCase(EmailTls.StartTls, false)]
    [TestCase(EmailTls.Implicit, true)]
    public async Task A_password_is_sent_over_tls_to_whom_the_certificate_names(EmailTls tls, bool isSecure)
    {
        using var certificate = MailServer.Certificate();
        await using var server = new MailServer(certificate, isSecure, ("scheduler", Password));
        var options = Options(server, tls, Password);
        await new MailTransport(
            options,
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString()
        ).SendAsync("alert-1", options.To, "s", "t", default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(server.Received, Has.Count.EqualTo(1));
            Assert.That(
                () => Send(options),
                Throws
                    .TypeOf<DeliveryFailedException>()
                    .With.Message.EqualTo("TLS with the mail server failed; is its certificate valid for its name?"),
                "a certificate that the system does not trust"
            );
            Assert.That(server.Received, Has.Count.EqualTo(1));
        }
    }

    [Test]
    public async Task A_server_without_tls_gets_neither_mail_nor_password()
    {
        await using var server = new MailServer(login: ("scheduler", Password));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => Send(Options(server, EmailTls.StartTls, Password)),
                Throws
                    .TypeOf<DeliveryFailedException>()
                    .With.Message.EqualTo("The mail server does not offer what the settings ask for (TLS, login).")
            );
            Assert.That(server.Received, Is.Empty);
        }
    }

    [Test]
    public async Task A_wrong_password_and_a_refusal_that_repeats_one_are_told_without_it()
    {
        await using var server = new MailServer(login: ("scheduler", Password));
        var wrong = Assert.ThrowsAsync<DeliveryFailedException>(() =>
            Send(Options(server, EmailTls.None, "wrong-" + Password))
        );
        server.Answer = new SmtpResponse(SmtpReplyCode.TransactionFailed, $"no mail for {Password} today");
        var refused = Assert.ThrowsAsync<DeliveryFailedException>(() => Send(Options(server, EmailTls.None, Password)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(wrong.Message, Is.EqualTo("The mail server did not accept the user name and password."));
            Assert.That(
                refused.Message,
                Does.StartWith("The mail server refused with 554: ").And.Contain("***").And.Not.Contain("canary")
            );
        }
    }

    [Test]
    public async Task A_server_that_is_not_there_has_failed()
    {
        var server = new MailServer();
        await server.DisposeAsync();

        Assert.That(
            () => Send(Options(server, EmailTls.None)),
            Throws.TypeOf<DeliveryFailedException>().With.Message.EqualTo("The mail server could not be reached.")
        );
    }

    private static Task Send(EmailOptions options) =>
        new MailTransport(options).SendAsync("alert-1", options.To, "subject", "text", default);

    private static EmailOptions Options(MailServer server, EmailTls tls, string? password = null) =>
        new()
        {
            Host = "localhost",
            Port = server.Port,
            Tls = tls,
            From = "scheduler@example.com",
            To = ["ops@example.com", "oncall@example.com"],
            Username = password is null ? null : "scheduler",
            Password = password,
        };
}
