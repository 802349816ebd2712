using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts.Delivery;

namespace Scheduler.Tests.Api;

public sealed class AlertSettingsTests
{
    private const string Secret = "secret-canary-0123456789-0123456789";

    private static readonly (string, string)[] Mail =
    [
        ("Scheduler:Alerts:Email:Host", "mail.example.com"),
        ("Scheduler:Alerts:Email:From", "scheduler@example.com"),
    ];

    [Test]
    public void Nobody_is_told_where_nothing_is_set()
    {
        var alerts = Valid();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(alerts.Sinks, Is.Empty);
            Assert.That(alerts.Email, Is.Null);
            Assert.That(alerts.PublicUrl, Is.Null);
        }
    }

    [Test]
    public void Every_sink_that_is_set_is_told()
    {
        var alerts = Valid([
            .. Mail,
            ("Scheduler:Alerts:Email:To", "a@example.com, b@example.com"),
            ("Scheduler:Alerts:Slack:WebhookUrl", "https://hooks.slack.com/services/x"),
            ("Scheduler:Alerts:Webhook:Url", "https://example.com/hook"),
            ("Scheduler:Alerts:Webhook:Secret", $"{Secret}, {Secret}2"),
            ("Scheduler:PublicUrl", "https://scheduler.example.com/"),
        ]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(alerts.Sinks, Is.EqualTo([SinkKind.Email, SinkKind.Slack, SinkKind.Webhook]));
            Assert.That(alerts.Email!.To, Is.EqualTo(["a@example.com", "b@example.com"]));
            Assert.That((alerts.Email.Port, alerts.Email.Tls), Is.EqualTo((587, EmailTls.StartTls)));
            Assert.That(alerts.Webhook!.Secrets, Is.EqualTo([Secret, $"{Secret}2"]));
            Assert.That(alerts.PublicUrl, Is.EqualTo("https://scheduler.example.com"));
        }
    }

    [Test]
    public void Mail_without_operators_is_for_the_owners_of_pipelines_alone()
    {
        var alerts = Valid([.. Mail, ("Scheduler:Alerts:Email:Tls", "Implicit")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(alerts.Sinks, Is.Empty);
            Assert.That(alerts.Email!.Port, Is.EqualTo(465));
        }
    }

    [TestCase("Email:Host", "https://mail.example.com")]
    [TestCase("Email:Port", "0")]
    [TestCase("Email:From", "not-an-address-canary")]
    [TestCase("Email:From", "Somebody <canary@example.com>")]
    [TestCase("Email:To", "a@example.com;canary@example.com")]
    [TestCase("Email:To", "a@example.com,")]
    [TestCase("Email:Tls", "maybe")]
    [TestCase("Email:Username", null, "Email:Password", "canary")]
    [TestCase("Email:Password", null, "Email:Username", "user")]
    [TestCase("Email:Tls", "None", "Email:Username", "user", "Email:Password", "canary")]
    [TestCase("Slack:WebhookUrl", "http://hooks.slack.com/canary")]
    [TestCase("Slack:WebhookUrl", "https://127.0.0.1/canary")]
    [TestCase("Webhook:Url", "https://user:canary@example.com/", "Webhook:Secret", Secret)]
    [TestCase("Webhook:Url", null, "Webhook:Secret", Secret)]
    [TestCase("Webhook:Secret", null, "Webhook:Url", "https://example.com/canary")]
    [TestCase("Webhook:Secret", "short-canary", "Webhook:Url", "https://example.com/")]
    [TestCase("Webhook:Secret", Secret + "," + Secret + "," + Secret, "Webhook:Url", "https://example.com/")]
    public void A_wrong_setting_is_named_in_one_line_without_its_secret(
        string name,
        string? value,
        params string[] others
    )
    {
        var settings = Mail.Where(setting => name.StartsWith("Email", StringComparison.Ordinal))
            .Concat(others.Chunk(2).Select(pair => ($"Scheduler:Alerts:{pair[0]}", pair[1])));
        if (value is not null)
        {
            settings = settings.Append(($"Scheduler:Alerts:{name}", value));
        }

        var invalid = (SettingsResult.Invalid)Read([.. settings]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                invalid.Line,
                Does.StartWith($"Scheduler__Alerts__{name.Replace(":", "__", StringComparison.Ordinal)}: ")
            );
            Assert.That(invalid.Line, Does.Not.Contain("canary").And.Not.Contain("\n"));
        }
    }

    [TestCase("Scheduler:Alerts:Email:To", "a@example.com", "Scheduler__Alerts__Email__Host: ")]
    [TestCase("Scheduler:PublicUrl", "scheduler.example.com", "Scheduler__PublicUrl: ")]
    public void A_setting_that_is_alone_or_odd_is_named(string name, string value, string line) =>
        Assert.That(((SettingsResult.Invalid)Read((name, value))).Line, Does.StartWith(line));

    private static Core.Alerts.AlertOptions Valid(params (string, string)[] settings) =>
        ((SettingsResult.Valid)Read(settings)).Options.Alerts;

    private static SettingsResult Read(params (string Name, string Value)[] settings) =>
        ApiSettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings
                        .Append(("ADMIN_KEY", "0123456789-abcdefghijklm"))
                        .GroupBy(setting => setting.Item1)
                        .Select(own => KeyValuePair.Create(own.Key, (string?)own.Last().Item2))
                )
                .Build(),
            isDevelopment: false
        );
}
