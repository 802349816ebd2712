using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Worker;

namespace Scheduler.Tests.Worker;

public sealed class SettingsReaderTests
{
    [Test]
    public void A_key_alone_is_enough()
    {
        var settings = Read(("WORKER_KEY", "k1"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(settings.ApiUrl, Is.EqualTo(new Uri("http://localhost:8080")));
            Assert.That((settings.KeyHeader, settings.Key), Is.EqualTo(("X-Worker-Key", "k1")));
            Assert.That(settings.PollInterval.TotalSeconds, Is.EqualTo(5));
            Assert.That(settings.Concurrency, Is.EqualTo(4));
            Assert.That(settings.DrainGrace.TotalSeconds, Is.EqualTo(5));
            Assert.That(settings.LogFormat, Is.EqualTo(LogFormat.Text));
        }
    }

    [Test]
    public void The_worker_key_goes_before_the_admin_key()
    {
        Assert.That(Read(("ADMIN_KEY", "a")).KeyHeader, Is.EqualTo("X-Admin-Key"));
        Assert.That(Read(("ADMIN_KEY", "a"), ("WORKER_KEY", "w")).KeyHeader, Is.EqualTo("X-Worker-Key"));
    }

    [Test]
    public void Of_several_worker_keys_the_first_is_sent() =>
        Assert.That(Read(("WORKER_KEY", "new, old")).Key, Is.EqualTo("new"));

    [TestCase("https://scheduler.example.com/", "https://scheduler.example.com/")]
    [TestCase("http://gateway/scheduler/", "http://gateway/scheduler")]
    public void An_address_may_have_a_path(string text, string expected) =>
        Assert.That(Read(("WORKER_KEY", "k"), ("API_URL", text)).ApiUrl.AbsoluteUri, Is.EqualTo(expected));

    [TestCase("API_URL", "localhost:8080")]
    [TestCase("API_URL", "ftp://example.com")]
    [TestCase("API_URL", "/tmp")]
    [TestCase("API_URL", "http://user:canary@example.com")]
    [TestCase("API_URL", "http://example.com?x=1")]
    [TestCase("WORKER_KEY", "canary with space")]
    [TestCase("WORKER_KEY", ",second")]
    [TestCase("WORKER_KEY", "canäry")]
    [TestCase("POLL_INTERVAL_SECONDS", "0")]
    [TestCase("POLL_INTERVAL_SECONDS", "-5")]
    [TestCase("POLL_INTERVAL_SECONDS", "soon")]
    [TestCase("POLL_INTERVAL_SECONDS", "NaN")]
    [TestCase("POLL_INTERVAL_SECONDS", "1e300")]
    [TestCase("WORKER_CONCURRENCY", "0")]
    [TestCase("WORKER_CONCURRENCY", "1001")]
    [TestCase("WORKER_CONCURRENCY", "2.5")]
    [TestCase("WORKER_CONCURRENCY", "many")]
    [TestCase("WORKER_DRAIN_SECONDS", "-1")]
    [TestCase("WORKER_LOG_FORMAT", "xml")]
    [TestCase("WORKER_ID", "two words")]
    public void A_wrong_setting_is_named_with_what_would_be_right(string setting, string text)
    {
        var e = Assert.Throws<SettingException>(() => Read(("ADMIN_KEY", "k"), (setting, text)));

        Assert.That(e.Message, Does.StartWith($"{setting} must be"));
        Assert.That(e.Message, Does.Not.Contain("canary").And.Not.Contain("\n"));
    }

    [Test]
    public void A_level_of_the_log_that_is_none_is_named()
    {
        var e = Assert.Throws<SettingException>(() => Read(("ADMIN_KEY", "k"), ("Logging:LogLevel:Default", "Loud")));

        Assert.That(e.Message, Does.StartWith("Logging__LogLevel__Default must be one of Trace, "));
    }

    [Test]
    public void A_missing_key_is_named()
    {
        var e = Assert.Throws<SettingException>(() => Read());

        Assert.That(e.Message, Does.Contain("WORKER_KEY").And.Contain("ADMIN_KEY").And.Contain("missing"));
    }

    [Test]
    public void The_text_of_the_settings_leaves_the_key_out() =>
        Assert.That(Read(("WORKER_KEY", "canary")).ToString(), Does.Not.Contain("canary"));

    private static WorkerSettings Read(params (string Name, string Value)[] values) =>
        SettingsReader.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(values.ToDictionary(value => value.Name, value => (string?)value.Value))
                .Build()
        );
}
