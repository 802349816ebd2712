using Microsoft.Extensions.Configuration;
using NUnit.Framework;
using Scheduler.Core.Telemetry;

namespace Scheduler.Tests.Telemetry;

public sealed class TelemetrySettingsTests
{
    private readonly List<(string Setting, string Rule)> refused = [];

    [Test]
    public void Nothing_is_sent_unless_somebody_says_where()
    {
        var options = Read();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.OtlpEndpoint, Is.Null);
            Assert.That(options.TraceRatio, Is.EqualTo(1));
            Assert.That(refused, Is.Empty);
        }
    }

    [Test]
    public void The_products_own_setting_outweighs_the_standard_one()
    {
        var options = Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"),
            ("Scheduler:Telemetry:OtlpEndpoint", "https://collector.example:4317"),
            ("Scheduler:Telemetry:TraceRatio", "0.25"),
            ("GOOGLE_CLOUD_PROJECT", "my-project-1")
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.OtlpEndpoint, Is.EqualTo(new Uri("https://collector.example:4317")));
            Assert.That((options.TraceRatio, options.Project), Is.EqualTo((0.25, "my-project-1")));
            Assert.That(refused, Is.Empty);
        }
    }

    [TestCase("Scheduler:Telemetry:OtlpEndpoint", "localhost:4317")]
    [TestCase("Scheduler:Telemetry:OtlpEndpoint", "http://me:canary@collector.example")]
    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector.example/canary")]
    [TestCase("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [TestCase("Scheduler:Telemetry:TraceRatio", "1.5")]
    [TestCase("Scheduler:Telemetry:TraceRatio", "-0.5")]
    [TestCase("GOOGLE_CLOUD_PROJECT", "no project")]
    public void A_wrong_one_is_named_and_not_repeated(string setting, string value)
    {
        Read((setting, value));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.Single().Setting, Is.EqualTo(setting.Replace(":", "__")));
            Assert.That(refused.Single().Rule, Does.StartWith("must be ").And.Not.Contain("canary"));
        }
    }

    private TelemetryOptions Read(params (string Name, string Value)[] settings) =>
        TelemetrySettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Name, (string?)pair.Value)))
                .Build(),
            (setting, rule) => refused.Add((setting, rule))
        );
}
