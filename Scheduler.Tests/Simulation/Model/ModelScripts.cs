using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// The few statements with which contracts change rows behind the stores' back: one table, constants, at most one condition. Anything
/// else is refused.
/// </summary>
internal static partial class ModelScripts
{
    public static void Execute(ModelStore store, string script)
    {
        foreach (
            var statement in script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (Update().Match(statement) is { Success: true } update)
            {
                foreach (Match set in Assignment().Matches(update.Groups["sets"].Value))
                {
                    Set(
                        store,
                        $"{update.Groups["table"].Value}.{set.Groups["column"].Value}",
                        Value(set.Groups["value"].Value),
                        update.Groups["where"].Value,
                        Value(update.Groups["is"].Value)
                    );
                }
            }
            else if (statement == "delete from customer_subscriptions")
            {
                foreach (var customer in store.Customers.Values)
                {
                    customer.Subscriptions.Clear();
                }
            }
            else if (Defaults().Match(statement) is { Success: true } defaults)
            {
                var key = ModelPipelines.DefaultsKey(
                    defaults.Groups["customer"].Value,
                    defaults.Groups["provider"].Value,
                    defaults.Groups["domain"].Value
                );
                store.Defaults[key] = defaults.Groups["parameters"].Value;
            }
            else
            {
                throw new NotSupportedException($"The model has no rows for: {statement}");
            }
        }
    }

    private static void Set(ModelStore store, string what, string? value, string where, string? wanted)
    {
        var customers = store.Customers.Values.Where(it => where != "customer_id" || it.CustomerId == wanted).ToList();
        var pipelines = customers
            .SelectMany(it => it.Pipelines.Values)
            .Where(it => where != "pipeline_name" || it.Name == wanted)
            .Where(it => where != "config_id" || it.ConfigId == wanted)
            .ToList();
        switch (what)
        {
            case "customer_profiles.status":
                customers.ForEach(it => it.Status = value!);
                break;
            case "customer_subscriptions.status":
                customers.ForEach(it => it.Current!.Status = value!);
                break;
            case "customer_subscriptions.plan_name":
                customers.ForEach(it => it.Current!.PlanName = value!);
                break;
            case "customer_subscriptions.max_pipelines_per_month":
                customers.ForEach(it => it.Current!.MaxPipelinesPerMonth = Number(value));
                break;
            case "customer_subscriptions.trial_end_date":
                customers.ForEach(it => it.Current!.TrialEndDate = Date(value));
                break;
            case "customer_pipeline_configs.paused_until":
                pipelines.ForEach(it =>
                    it.PausedUntil = Number(value) is { } micros
                        ? Microseconds.FromMicroseconds(micros)
                        : (Instant?)null
                );
                break;
            case "scheduler_fair_shares.turn":
                customers.ForEach(it => it.Share?.Turn = Number(value)!.Value);
                break;
            default:
                throw new NotSupportedException($"The model has no {what} that a script could set.");
        }
    }

    private static string? Value(string text) => text is "" or "null" ? null : text.Trim('\'');

    private static long? Number(string? text) => text is null ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static LocalDate? Date(string? text) => text is null ? null : LocalDatePattern.Iso.Parse(text).Value;

    [GeneratedRegex(
        @"^update (?<table>\w+)\s+set (?<sets>.+?)(\s+where (?<where>customer_id|config_id|pipeline_name) = (?<is>'[^']*'))?$"
    )]
    private static partial Regex Update();

    [GeneratedRegex(@"(?<column>\w+) = (?<value>'[^']*'|\d+|null)")]
    private static partial Regex Assignment();

    [GeneratedRegex(
        @"^insert into customer_provider_configs\b[^']*values\s*\('[^']*', '(?<customer>[^']*)', '(?<provider>[^']*)', '(?<domain>[^']*)', '[^']*', '(?<parameters>[^']*)'"
    )]
    private static partial Regex Defaults();
}
