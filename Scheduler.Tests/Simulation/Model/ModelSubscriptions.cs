using NodaTime;
using NodaTime.Text;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Plans and their changes. Team members, keys and credentials are not modelled: one owner, one key, no credential each.</summary>
internal sealed class ModelSubscriptions(ModelStore store)
{
    private const int Members = 1;
    private const int Providers = 0;
    private const int Keys = 1;

    public IReadOnlyList<ModelRow> List(string customerId, long limit) =>
        store.Customer(customerId) is { } customer
            ?
            [
                .. customer
                    .Subscriptions.OrderBy(it => it.SupersededAt is not null)
                    .ThenByDescending(it => it.CreatedAt)
                    .ThenByDescending(it => it.SubscriptionId, StringComparer.Ordinal)
                    .Take((int)limit)
                    .Select(Row),
            ]
            : [];

    /// <summary>Puts a new current one in the place of the expected one; answers what it is refused for instead.</summary>
    public IReadOnlyList<ModelRow> Switch(ModelArguments arguments)
    {
        var now = arguments.At("now");
        var customer = store.Customer(arguments.Text("customerId"));
        var refused = Refusals(customer, arguments).Order(StringComparer.Ordinal).ToList();
        if (refused.Count == 0)
        {
            Switch(customer!, arguments, now);
        }
        return
        [
            .. refused.Select(reason => new ModelRow(column => column == "reason" ? reason : ModelRow.Unknown(column))),
        ];
    }

    private static IEnumerable<string> Refusals(ModelCustomer? customer, ModelArguments arguments)
    {
        if (customer?.Current?.SubscriptionId != arguments.Text("expectedId"))
        {
            yield return "CHANGED_MEANWHILE";
        }
        if (customer is null)
        {
            yield break;
        }
        if (Members > arguments.IntegerOrNull("maxTeamMembers"))
        {
            yield return "team_members";
        }
        if (Providers > arguments.IntegerOrNull("maxProviders"))
        {
            yield return "providers";
        }
        if (Keys > arguments.IntegerOrNull("maxApiKeys"))
        {
            yield return "api_keys";
        }
        if (
            customer.Usage.GetValueOrDefault(arguments.Date("today"))?.RunToday
            > arguments.IntegerOrNull("maxPipelinesPerDay")
        )
        {
            yield return "pipelines_per_day";
        }
        var (first, last) = (arguments.Date("monthStart"), arguments.Date("monthEnd"));
        var month = customer.Usage.Values.Where(day => day.Date >= first && day.Date <= last).Sum(day => day.RunToday);
        if (month > arguments.IntegerOrNull("maxPipelinesPerMonth"))
        {
            yield return "pipelines_per_month";
        }
    }

    private static void Switch(ModelCustomer customer, ModelArguments arguments, Instant now)
    {
        var couldRun = customer.MayRun(now);
        customer.Current!.SupersededAt = now;
        var next = new ModelSubscription
        {
            SubscriptionId = arguments.Text("subscriptionId"),
            PlanName = arguments.Text("planName"),
            Status = arguments.Text("status"),
            MaxTeamMembers = arguments.IntegerOrNull("maxTeamMembers"),
            MaxProviders = arguments.IntegerOrNull("maxProviders"),
            MaxPipelinesPerDay = arguments.IntegerOrNull("maxPipelinesPerDay"),
            MaxPipelinesPerMonth = arguments.IntegerOrNull("maxPipelinesPerMonth"),
            MaxConcurrentPipelines = arguments.IntegerOrNull("maxConcurrentPipelines"),
            StartDate = arguments.Date("startDate"),
            EndDate = arguments.DateOrNull("endDate"),
            TrialEndDate = arguments.DateOrNull("trialEndDate"),
            BillingCycle = arguments.TextOrNull("billingCycle"),
            AutoRenew = arguments.BoolOrNull("autoRenew"),
            CancellationReason = arguments.TextOrNull("cancellationReason"),
            CreatedAt = now,
        };
        customer.Subscriptions.Add(next);
        customer.Plan = next.PlanName;
        customer.UpdatedAt = now;
        if (customer.Usage.GetValueOrDefault(arguments.Date("today")) is { } day)
        {
            day.DailyLimit = next.MaxPipelinesPerDay;
            day.MonthlyLimit = next.MaxPipelinesPerMonth;
            day.ConcurrentLimit = next.MaxConcurrentPipelines;
        }
        if (!couldRun && customer.MayRun(now))
        {
            customer.ReturnedAt = now;
        }
        if (customer.Share is { IsReady: false })
        {
            customer.LookAt(now);
        }
    }

    private static ModelRow Row(ModelSubscription it) =>
        new(column =>
            column switch
            {
                "subscription_id" => it.SubscriptionId,
                "plan_name" => it.PlanName,
                "status" => it.Status,
                "max_team_members" => it.MaxTeamMembers,
                "max_providers" => it.MaxProviders,
                "max_pipelines_per_day" => it.MaxPipelinesPerDay,
                "max_pipelines_per_month" => it.MaxPipelinesPerMonth,
                "max_concurrent_pipelines" => it.MaxConcurrentPipelines,
                "subscription_start_date" => Text(it.StartDate),
                "subscription_end_date" => Text(it.EndDate),
                "trial_end_date" => Text(it.TrialEndDate),
                "billing_cycle" => it.BillingCycle,
                "auto_renew" => it.AutoRenew,
                "cancellation_reason" => it.CancellationReason,
                "created_at" => it.CreatedAt,
                "superseded_at" => it.SupersededAt,
                _ => ModelRow.Unknown(column),
            }
        );

    private static string? Text(LocalDate? date) => date is { } day ? LocalDatePattern.Iso.Format(day) : null;
}
