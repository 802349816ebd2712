using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Api.Settings;
using Scheduler.Core.Storage.BigQuery;

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

    [Test]
    public void With_BigQuery_a_project_is_all_that_is_needed()
    {
        var options = Valid(Read(false, [("ADMIN_KEY", Key), .. BigQuery("acme-billing-1")]));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                options.Storage.BigQuery,
                Is.EqualTo(
                    new BigQueryOptions
                    {
                        Project = "acme-billing-1",
                        Dataset = "customers",
                        Location = "US",
                        Endpoint = new Uri("https://bigquery.googleapis.com/"),
                        FlushInterval = TimeSpan.FromSeconds(1),
                        MaximumBytesBilled = 100L << 30,
                    }
                )
            );
            Assert.That(
                (options.Tick, options.EmbeddedWorker, options.InlineExecution),
                Is.EqualTo((false, false, false))
            );
            Assert.That((options.LeaseSeconds, options.QueuePollSeconds), Is.EqualTo((120, 10)));
        }
    }

    [Test]
    public void Where_BigQuery_is_and_how_often_it_is_written_to_can_be_set()
    {
        var options = Valid(
            Read(
                false,
                [
                    ("ADMIN_KEY", Key),
                    .. BigQuery("example.com:billing"),
                    ("Scheduler:Storage:BigQuery:Dataset", "scheduler_eu"),
                    ("Scheduler:Storage:BigQuery:Location", "europe-west3"),
                    ("Scheduler:Storage:BigQuery:Endpoint", "http://127.0.0.1:9050"),
                    ("Scheduler:Storage:BigQuery:FlushSeconds", "5"),
                    ("Scheduler:Storage:BigQuery:MaxGigabytesPerJob", "2"),
                ]
            )
        );

        Assert.That(
            options.Storage.BigQuery,
            Is.EqualTo(
                new BigQueryOptions
                {
                    Project = "example.com:billing",
                    Dataset = "scheduler_eu",
                    Location = "europe-west3",
                    Endpoint = new Uri("http://127.0.0.1:9050/"),
                    FlushInterval = TimeSpan.FromSeconds(5),
                    MaximumBytesBilled = 2L << 30,
                }
            )
        );
    }

    [TestCase("Project", null)]
    [TestCase("Project", "acme`; drop")]
    [TestCase("Project", "acme/other")]
    [TestCase("Dataset", "a.b")]
    [TestCase("Dataset", "a-b")]
    [TestCase("Location", "US&project=x")]
    [TestCase("Endpoint", "bigquery.googleapis.com")]
    [TestCase("Endpoint", "http://bigquery.example.com")]
    [TestCase("Endpoint", "https://user:canary@bigquery.example.com")]
    [TestCase("Endpoint", "https://bigquery.example.com/v2?a=b")]
    [TestCase("FlushSeconds", "61")]
    [TestCase("MaxGigabytesPerJob", "0")]
    public void A_wrong_setting_of_BigQuery_is_named_in_one_line(string name, string? value)
    {
        var invalid = (SettingsResult.Invalid)Read(
            false,
            [("ADMIN_KEY", Key), .. BigQuery("acme-billing-1"), ($"Scheduler:Storage:BigQuery:{name}", value)]
        );

        Assert.That(
            invalid.Line,
            Does.StartWith($"Scheduler__Storage__BigQuery__{name}: ").And.Not.Contains("canary").And.Not.Contains("\n")
        );
    }

    private static IEnumerable<(string, string?)> BigQuery(string project) =>
        [("Scheduler:Storage:Provider", "BigQuery"), ("Scheduler:Storage:BigQuery:Project", project)];

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
