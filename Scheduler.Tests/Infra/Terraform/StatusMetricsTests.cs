using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NUnit.Framework;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Alerts.Delivery;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;
using Scheduler.Tests.Execution;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>The line of status that the API logs is the one that the metrics and alerts in infra/terraform/monitoring.tf read.</summary>
public sealed partial class StatusMetricsTests
{
    private static readonly string Monitoring = File.ReadAllText(
        Path.Combine(Repository.Root, "infra/terraform/monitoring.tf")
    );

    private static readonly Instant Now = Instant.FromUtc(2025, 6, 1, 12, 0);

    private static readonly StatusSnapshot Busy = new()
    {
        Now = Now,
        TotalActivePipelines = 100_000,
        PipelinesDueNow = 7,
        PipelinesQueued = 1_700,
        PipelinesRunning = 40,
        PipelinesCompletedToday = 5,
        PipelinesFailedToday = 6,
        QueueLength = 1_500,
        OldestQueuedSeconds = 61.5,
        AvgExecutionTimeSeconds = 2,
        LatenessP50Seconds = 1,
        LatenessP95Seconds = 2,
        LatenessP99Seconds = 301.25,
        OldestRunningSince = Now - Duration.FromMinutes(31),
        FinishedLastHour = 90,
        FailedLastHour = 10,
    };

    [Test]
    public void Every_metric_finds_its_number_in_the_line()
    {
        var line = $"Status: {StatusLine.Of(Busy, 25, ["QUEUE_LENGTH"])}";

        var found = Numbers().ToDictionary(name => name, name => Extract(line, name));

        Assert.That(
            found,
            Is.EquivalentTo(
                new Dictionary<string, double>
                {
                    ["queue_length"] = 1_500,
                    ["oldest_queued_seconds"] = 61.5,
                    ["running"] = 40,
                    ["due_now"] = 7,
                    ["desired_workers"] = 25,
                    ["finished_last_hour"] = 90,
                    ["failed_last_hour"] = 10,
                    ["lateness_p99_seconds"] = 301.25,
                    ["oldest_running_seconds"] = 1_860,
                }
            )
        );
    }

    [Test]
    public void Every_alert_of_the_product_has_a_policy_that_finds_it()
    {
        // The constants of AlertRules, and the rule that the trigger writes.
        string[] rules =
        [
            .. typeof(AlertRules)
                .GetFields()
                .Where(field => field.IsLiteral && field.Name != nameof(AlertRules.Subject))
                .Select(field => (string)field.GetRawConstantValue()!),
            "QUOTA_EXCEEDED",
        ];
        var line = StatusLine.Of(Busy, 25, rules);

        Assert.That(Rules(), Is.EquivalentTo(rules));
        Assert.That(Rules().Where(rule => !Regex.IsMatch(line, $"firing=([A-Z_]+,)*{rule}(,|$)")), Is.Empty);
        Assert.That(Monitoring, Does.Contain("firing=([A-Z_]+,)*${each.key}(,|$)"));
    }

    [Test]
    public void What_is_not_known_is_left_out_and_nothing_firing_is_said()
    {
        var line = StatusLine.Of(
            Busy with
            {
                LatenessP99Seconds = null,
                OldestRunningSince = null,
                OldestQueuedSeconds = null,
            },
            0,
            []
        );

        Assert.That(line, Does.Not.Contain("lateness").And.EndsWith("firing=none"));
        Assert.That(line, Does.Contain("oldest_queued_seconds=0 ").And.Contain("oldest_running_seconds=0 "));
    }

    [Test]
    public async Task The_line_is_written_with_what_the_store_says()
    {
        await using var database = await SqliteDatabase.CreateAsync();
        var logger = new RecordingLogger();
        var clock = new OperationClock(database.Engine);
        var (status, alerts) = (new StatusStore(database.Engine, clock), new AlertStore(database.Engine, clock));
        var watch = new AlertWatch(
            alerts,
            status,
            new AlertOptions(),
            new DeliverySignal(),
            NullLogger<AlertWatch>.Instance
        );

        await new StatusReport(watch, alerts, new ApiOptions(), logger).RunAsync(CancellationToken.None);

        Assert.That(logger.Lines.Single().Text, Does.StartWith("Status: queue_length=0 ").And.EndsWith("firing=none"));
    }

    private static double Extract(string line, string name)
    {
        var pattern = Extractor()
            .Match(Monitoring)
            .Groups[1]
            .Value.Replace("${each.key}", name, StringComparison.Ordinal);
        return double.Parse(Regex.Match(line, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Numbers() => Keys("status_numbers = {");

    private static IEnumerable<string> Rules() => Keys("rules = {");

    private static IEnumerable<string> Keys(string begin)
    {
        var start = Monitoring.IndexOf(begin, StringComparison.Ordinal);
        return Key()
            .Matches(Monitoring[start..Monitoring.IndexOf("\n  }", start, StringComparison.Ordinal)])
            .Select(key => key.Groups[1].Value);
    }

    [GeneratedRegex(@"^    (\w+) += ", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex("""REGEXP_EXTRACT\(jsonPayload\.message, \\"(.+)\\"\)""")]
    private static partial Regex Extractor();
}
