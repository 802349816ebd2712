using System.Text.Json;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Tour;

/// <summary>
/// The two invented customers of the tour and their six pipelines. Between them they show a load, a retry, a run that takes a
/// while, missed occurrences that are caught up, a quota that is used up, and a schedule whose time has not come.
/// </summary>
internal static class TourCast
{
    // Longer than a day with a clock change, so that a daily schedule has been due at least once at any time of day.
    private static readonly Duration SinceYesterday = Duration.FromHours(25);

    public static IReadOnlyList<TourCustomer> Customers { get; } = [Alder(), Birch()];

    public static string CompanyOf(string customerId) =>
        Customers.Single(customer => customer.CustomerId == customerId).CompanyName;

    private static TourCustomer Alder() =>
        new(
            "alder_shop",
            "Alder Shop",
            SubscriptionPlan.Professional,
            "Europe/Berlin",
            "focus-example-co-a.csv",
            [
                new(
                    Focus("focus-example-co-a.csv", "0 6 * * *", "Europe/Berlin") with
                    {
                        Description = "loads a FOCUS export of cloud costs (CSV) into the customer's own dataset",
                    },
                    SinceYesterday
                ),
                new(
                    Probe(
                        "flaky provider",
                        "15 6 * * *",
                        "Europe/Berlin",
                        ("fail_with", "SERVICE_UNAVAILABLE"),
                        ("fail_attempts", 1)
                    ) with
                    {
                        Description = "fails the first time, on purpose, and is tried again after a few seconds",
                        RetryConfig = new RetryConfig { BaseSeconds = 3, MaxBackoffSeconds = 60 },
                    },
                    SinceYesterday
                ),
                new(
                    Probe("slow report", "30 6 * * *", "Europe/Berlin", ("duration_ms", 4_000)) with
                    {
                        Description = "takes four seconds",
                    },
                    SinceYesterday
                ),
                new(
                    Probe("monday report", "0 7 * * MON", "Europe/Berlin") with
                    {
                        Description = "waits for its time",
                    },
                    Duration.Zero
                ),
            ]
        );

    private static TourCustomer Birch() =>
        new(
            "birch_studio",
            "Birch Studio",
            SubscriptionPlan.Starter,
            "America/New_York",
            "focus-example-co-b.csv",
            [
                new(
                    Focus("focus-example-co-b.csv", "0 5 * * *", "America/New_York") with
                    {
                        Description = "loads an export of its own",
                    },
                    SinceYesterday
                ),
                new(
                    Probe("hourly check", "0 * * * *", "UTC", ("duration_ms", 150)) with
                    {
                        Description =
                            "has missed the last eight hours and catches up on each (run_all), up to its quota",
                        MisfirePolicy = MisfirePolicy.RunAll,
                    },
                    Duration.FromHours(8)
                ),
            ]
        );

    private static ConfigurePipelineRequest Focus(string path, string cron, string timezone) =>
        Request("FILE", "COST", "focus_csv", cron, timezone, ("path", path)) with
        {
            PipelineName = "cloud costs",
        };

    private static ConfigurePipelineRequest Probe(
        string name,
        string cron,
        string timezone,
        params ReadOnlySpan<(string Name, object Value)> parameters
    ) => Request("SYSTEM", "TEST", "probe", cron, timezone, parameters) with { PipelineName = name };

    private static ConfigurePipelineRequest Request(
        string provider,
        string domain,
        string template,
        string cron,
        string timezone,
        params ReadOnlySpan<(string Name, object Value)> parameters
    )
    {
        var json = new Dictionary<string, JsonElement>();
        foreach (var (parameter, value) in parameters)
        {
            json[parameter] = JsonSerializer.SerializeToElement(value);
        }
        return new()
        {
            Provider = provider,
            Domain = domain,
            PipelineTemplate = template,
            ScheduleCron = cron,
            Timezone = timezone,
            Parameters = json,
        };
    }
}
