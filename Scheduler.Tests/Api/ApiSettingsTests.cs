using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Api.Settings;

namespace Scheduler.Tests.Api;

public sealed class ApiSettingsTests
{
    private const string Key = "0123456789-abcdefghijklm";

    [Test]
    public void The_defaults_are_those_of_the_embedded_set_up()
    {
        var options = Valid(Read(true, ("ADMIN_KEY", Key)));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Port, Is.EqualTo(8080));
            Assert.That(options.Storage.Provider, Is.EqualTo(StorageProvider.Sqlite));
            Assert.That(options.Storage.ConnectionString, Is.EqualTo("Data Source=data/scheduler.db"));
            Assert.That(
                (options.Tick, options.EmbeddedWorker, options.InlineExecution),
                Is.EqualTo((true, true, true))
            );
            Assert.That((options.TickSeconds, options.LeaseSeconds), Is.EqualTo((15, 30)));
            Assert.That(options.AdminKeys.PlaceOf(Key), Is.EqualTo(1));
        }
    }

    [TestCase("PORT", "http")]
    [TestCase("PORT", "65536")]
    [TestCase("Scheduler:Storage:Provider", "BigQuery")]
    [TestCase("Scheduler:Storage:Provider", "0")]
    [TestCase("Scheduler:Storage:ConnectionString", "Host=db;Password=canary")]
    [TestCase("Scheduler:Tick", "yes")]
    [TestCase("Scheduler:TickSeconds", "0")]
    [TestCase("Scheduler:TickSeconds", "1.5")]
    [TestCase("Scheduler:LeaseSeconds", "-1")]
    [TestCase("Scheduler:QueuePollSeconds", "0")]
    [TestCase("Scheduler:LogFormat", "xml")]
    [TestCase("Scheduler:RateLimits:StandardKey", "0")]
    [TestCase("Scheduler:Import:MaxBytes", "10")]
    [TestCase("ADMIN_KEY", "canary")]
    [TestCase("ADMIN_KEY", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("ADMIN_KEY", Key + ",")]
    [TestCase("ADMIN_KEY", Key + "," + Key + "2," + Key + "3")]
    [TestCase("WORKER_KEY", "short-canary")]
    [TestCase("WORKER_KEY", Key)]
    public void A_wrong_setting_is_named_in_one_line_without_its_secret(string name, string value)
    {
        var invalid = (SettingsResult.Invalid)Read(false, ("ADMIN_KEY", Key), (name, value));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(invalid.Line, Does.StartWith(name.Replace(":", "__", StringComparison.Ordinal) + ": "));
            Assert.That(invalid.Line, Does.Not.Contain("canary").And.Not.Contain(Key).And.Not.Contain("\n"));
        }
    }

    [TestCase(null)]
    [TestCase("Data Source=canary.db")]
    [TestCase("Database=scheduler;Password=canary")]
    [TestCase("Host=db;Port=canary")]
    public void PostgreSQL_needs_a_connection_string_of_its_own_which_is_not_quoted(string? text)
    {
        var invalid = (SettingsResult.Invalid)Read(
            false,
            ("ADMIN_KEY", Key),
            ("Scheduler:Storage:Provider", "Postgres"),
            ("Scheduler:Storage:ConnectionString", text)
        );

        Assert.That(
            invalid.Line,
            Does.StartWith("Scheduler__Storage__ConnectionString: ").And.Contains("Host=").And.Not.Contains("canary")
        );
    }

    [Test]
    public void With_PostgreSQL_the_process_neither_ticks_nor_runs_pipelines_unless_told_to()
    {
        var options = (
            (SettingsResult.Valid)Read(
                false,
                ("ADMIN_KEY", Key),
                ("Scheduler:Storage:Provider", "Postgres"),
                ("Scheduler:Storage:ConnectionString", "Host=db;Database=scheduler;Username=scheduler")
            )
        ).Options;

        Assert.That((options.Tick, options.EmbeddedWorker, options.InlineExecution), Is.EqualTo((false, false, false)));
    }

    [TestCase("Scheduler__Oidc__ServiceAccount", "Scheduler:Oidc:Audience=a")]
    [TestCase("Scheduler__Oidc__Audience", "Scheduler:Oidc:ServiceAccount=a@example.com")]
    [TestCase("Scheduler__Oidc__Audience", "Scheduler:Oidc:Issuer=https://issuer.example.com")]
    [TestCase(
        "Scheduler__Oidc__KeysUrl",
        "Scheduler:Oidc:Audience=a",
        "Scheduler:Oidc:ServiceAccount=a@example.com",
        "Scheduler:Oidc:KeysUrl=http://issuer.example.com/certs"
    )]
    public void Signed_tokens_are_set_up_wholly_or_not_at_all(string named, params string[] set)
    {
        var pairs = set.Select(pair => (pair.Split('=')[0], pair.Split('=')[1]));
        var invalid = (SettingsResult.Invalid)Read(false, [("ADMIN_KEY", Key), .. pairs]);

        Assert.That(invalid.Line, Does.StartWith(named + ": "));
    }

    [Test]
    public void Outside_development_the_admin_key_must_be_set()
    {
        Assert.That(((SettingsResult.Invalid)Read(false)).Setting, Is.EqualTo("ADMIN_KEY"));
        Assert.That(Valid(Read(true)).AdminKeys.Count, Is.Zero);
    }

    private static ApiOptions Valid(SettingsResult result) => ((SettingsResult.Valid)result).Options;

    private static SettingsResult Read(bool isDevelopment, params (string Name, string? Value)[] values)
    {
        var last = values.GroupBy(value => value.Name).ToDictionary(group => group.Key, group => group.Last().Value);
        return ApiSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(last).Build(), isDevelopment);
    }
}
