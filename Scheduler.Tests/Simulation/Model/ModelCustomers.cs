using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Customers, how they stand and what they used.</summary>
internal sealed class ModelCustomers(ModelStore store)
{
    public IReadOnlyList<ModelRow> Onboard(ModelArguments arguments)
    {
        var (id, dataset) = (arguments.Text("customerId"), arguments.Text("datasetId"));
        var exists = store.Customers.ContainsKey(id);
        var isFree = !exists && !IsTaken(dataset);
        if (isFree)
        {
            Add(arguments, id, dataset);
        }
        return
        [
            new ModelRow(column =>
                column switch
                {
                    "created" => isFree,
                    "customer_exists" => exists || isFree,
                    _ => ModelRow.Unknown(column),
                }
            ),
        ];
    }

    public IReadOnlyList<ModelRow> DatasetTaken(string customerId, string dataset) =>
        [
            new ModelRow(column =>
                column switch
                {
                    "customer_exists" => store.Customers.ContainsKey(customerId),
                    "dataset_exists" => IsTaken(dataset),
                    _ => ModelRow.Unknown(column),
                }
            ),
        ];

    public IReadOnlyList<ModelRow> Standing(string customerId, Instant now) =>
        store.Customer(customerId) is { } it
            ?
            [
                new ModelRow(column =>
                    column switch
                    {
                        "customer_id" => it.CustomerId,
                        "company_name" => it.CompanyName,
                        "customer_status" => it.Status,
                        "subscription_status" => it.Current?.Status,
                        "subscription_plan" => it.Plan,
                        "timezone" => it.Timezone,
                        "tenant_dataset_id" => it.DatasetId,
                        "runnable_until" => it.RunnableUntil,
                        "now" => now,
                        _ => ModelRow.Unknown(column),
                    }
                ),
            ]
            : [];

    public IReadOnlyList<ModelRow> Usage(string customerId, LocalDate from, LocalDate to) =>
        store.Customer(customerId) is { } customer
            ? [.. customer.Usage.Values.Where(day => day.Date >= from && day.Date <= to).Select(ModelUsageDay.Row)]
            : [];

    public IReadOnlyList<ModelRow> Profile(string customerId) =>
        store.Customer(customerId) is { } customer ? [Row(customer)] : [];

    /// <summary>What is not given stays; empty text clears what may be empty. The status moves only from those that lead to it.</summary>
    public IReadOnlyList<ModelRow> Update(ModelArguments arguments)
    {
        if (store.Customer(arguments.Text("customerId")) is not { } customer)
        {
            return [];
        }
        var now = arguments.At("now");
        var statusBefore = customer.Status;
        var isAllowed =
            arguments.TextOrNull("status") is null || arguments.Rows<string>("statusFrom").Contains(statusBefore);
        var couldRun = customer.MayRun(now);
        if (isAllowed)
        {
            Set(customer, arguments, now);
        }
        if (customer.Timezone == arguments.TextOrNull("timezone"))
        {
            MoveDay(customer, arguments);
        }
        if (!couldRun && customer.MayRun(now))
        {
            customer.ReturnedAt = now;
        }
        if (customer.ReturnedAt == now && customer.Share is { IsReady: false })
        {
            customer.LookAt(now);
        }
        return [Row(customer, statusBefore, isAllowed)];
    }

    private bool IsTaken(string dataset) => store.Customers.Values.Any(customer => customer.DatasetId == dataset);

    private void Add(ModelArguments arguments, string id, string dataset)
    {
        var now = arguments.At("now");
        var customer = new ModelCustomer
        {
            CustomerId = id,
            CompanyName = arguments.Text("companyName"),
            AdminEmail = arguments.Text("adminEmail"),
            DatasetId = dataset,
            Status = "ACTIVE",
            Plan = arguments.Text("plan"),
            Timezone = arguments.Text("timezone"),
            CreatedAt = now,
            UpdatedAt = now,
        };
        customer.Subscriptions.Add(
            new ModelSubscription
            {
                SubscriptionId = arguments.Text("subscriptionId"),
                PlanName = customer.Plan,
                Status = "ACTIVE",
                MaxTeamMembers = arguments.IntegerOrNull("maxTeamMembers"),
                MaxProviders = arguments.IntegerOrNull("maxProviders"),
                MaxPipelinesPerDay = arguments.IntegerOrNull("maxPipelinesPerDay"),
                MaxPipelinesPerMonth = arguments.IntegerOrNull("maxPipelinesPerMonth"),
                MaxConcurrentPipelines = arguments.IntegerOrNull("maxConcurrentPipelines"),
                StartDate = arguments.Date("today"),
                CreatedAt = now,
            }
        );
        store.Customers.Add(id, customer);
        store.OpenUsageDay(customer, arguments.Text("usageId"), arguments.Date("today"));
    }

    private static void Set(ModelCustomer customer, ModelArguments arguments, Instant now)
    {
        customer.CompanyName = arguments.TextOrNull("companyName") ?? customer.CompanyName;
        customer.AdminEmail = arguments.TextOrNull("adminEmail") ?? customer.AdminEmail;
        customer.BillingEmail = Clearable(arguments.TextOrNull("billingEmail") ?? customer.BillingEmail);
        customer.PhoneNumber = Clearable(arguments.TextOrNull("phoneNumber") ?? customer.PhoneNumber);
        customer.Notes = Clearable(arguments.TextOrNull("notes") ?? customer.Notes);
        if (customer.Timezone == arguments.Text("timezoneBefore"))
        {
            customer.Timezone = arguments.TextOrNull("timezone") ?? customer.Timezone;
        }
        customer.SupportTier = arguments.TextOrNull("supportTier") ?? customer.SupportTier;
        customer.DataResidency = arguments.TextOrNull("dataResidency") ?? customer.DataResidency;
        customer.RequiresHipaa = arguments.BoolOrNull("requiresHipaa") ?? customer.RequiresHipaa;
        customer.RequiresSoc2 = arguments.BoolOrNull("requiresSoc2") ?? customer.RequiresSoc2;
        customer.Status = arguments.TextOrNull("status") ?? customer.Status;
        customer.UpdatedAt = now;
    }

    private static string? Clearable(string? text) => text is "" ? null : text;

    /// <summary>
    /// What was used today stays used today, in whichever zone today is: a change of the zone opens no second day. What could still be
    /// given back goes along.
    /// </summary>
    private void MoveDay(ModelCustomer customer, ModelArguments arguments)
    {
        var (fromId, toId) = (arguments.Text("usageFrom"), arguments.Text("usageTo"));
        if (fromId == toId)
        {
            return;
        }
        var to = store.OpenUsageDay(customer, toId, arguments.Date("dateTo"));
        if (store.UsageDay(fromId) is not { } from)
        {
            return;
        }
        to.RunToday += from.RunToday;
        from.RunToday = 0;
        foreach (var item in customer.Pipelines.Values.SelectMany(pipeline => pipeline.Open))
        {
            if (item.Run.TakenOn == from)
            {
                item.Run.TakenOn = to;
            }
        }
    }

    private static ModelRow Row(ModelCustomer it, string? statusBefore = null, bool? isAllowed = null) =>
        new(column =>
            column switch
            {
                "customer_id" => it.CustomerId,
                "company_name" => it.CompanyName,
                "admin_email" => it.AdminEmail,
                "tenant_dataset_id" => it.DatasetId,
                "status" => it.Status,
                "subscription_plan" => it.Plan,
                "timezone" => it.Timezone,
                "stripe_customer_id" or "trial_start_date" or "trial_end_date" => null,
                "created_at" => it.CreatedAt,
                "updated_at" => it.UpdatedAt,
                "support_tier" => it.SupportTier,
                "billing_email" => it.BillingEmail,
                "phone_number" => it.PhoneNumber,
                "data_residency" => it.DataResidency,
                "requires_hipaa" => it.RequiresHipaa,
                "requires_soc2" => it.RequiresSoc2,
                "notes" => it.Notes,
                "status_before" => statusBefore,
                "is_allowed" => isAllowed,
                _ => ModelRow.Unknown(column),
            }
        );
}
