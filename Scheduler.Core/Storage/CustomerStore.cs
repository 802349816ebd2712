using NodaTime;
using Scheduler.Core.Audit;
using Scheduler.Core.Contracts;
using Scheduler.Core.Customers;
using Scheduler.Core.Usage;

namespace Scheduler.Core.Storage;

/// <summary>Customers, how they stand, and what they used.</summary>
public sealed class CustomerStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>Writes profile, subscription, owner, first key and usage row: all or nothing.</summary>
    public async Task<OnboardOutcome> TryOnboardAsync(
        NewCustomer customer,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    )
    {
        var rows = await engine.RunAsync(
            new("customers", "onboard"),
            Arguments(customer).With(stamp).With("now", now),
            row => (Created: row.Bool("created"), Exists: row.Bool("customer_exists")),
            cancellationToken
        );
        return rows[0] switch
        {
            { Created: true } => OnboardOutcome.Created,
            { Exists: true } => OnboardOutcome.CustomerExists,
            _ => OnboardOutcome.DatasetTaken,
        };
    }

    /// <summary>Null when there is no such customer.</summary>
    public async Task<CustomerStanding?> StandingAsync(string customerId, CancellationToken cancellationToken) =>
        await engine.FindAsync(
            new("customers", "standing"),
            new SqlArguments().With("customerId", customerId).With("now", clock.ForScript),
            row => new CustomerStanding
            {
                CustomerId = row.Text("customer_id"),
                CompanyName = row.Text("company_name"),
                CustomerStatus = row.Text("customer_status"),
                SubscriptionStatus = row.TextOrNull("subscription_status"),
                SubscriptionPlan = row.Text("subscription_plan"),
                Timezone = row.Text("timezone"),
                TenantDatasetId = row.Text("tenant_dataset_id"),
                RunnableUntil = row.At("runnable_until"),
                Now = row.At("now"),
            },
            cancellationToken
        );

    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        await engine.SingleAsync(
            new("customers", "count"),
            new SqlArguments(),
            row => row.Int64("customers"),
            cancellationToken
        );

    /// <summary>The customer's days from one to the other.</summary>
    public Task<IReadOnlyList<DailyUsage>> UsageAsync(
        string customerId,
        LocalDate from,
        LocalDate to,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("customers", "usage"),
            new SqlArguments().With("customerId", customerId).With("fromDate", from).With("toDate", to),
            row => new DailyUsage
            {
                CustomerId = row.Text("customer_id"),
                UsageDate = row.Text("usage_date"),
                RunToday = row.Int32("pipelines_run_today"),
                SucceededToday = row.Int32("pipelines_succeeded_today"),
                FailedToday = row.Int32("pipelines_failed_today"),
                CancelledToday = row.Int32("pipelines_cancelled_today"),
                RunMonth = row.Int32("pipelines_run_month"),
                ConcurrentRunning = row.Int32("concurrent_pipelines_running"),
                MaxConcurrentReached = row.Int32("max_concurrent_reached"),
                DailyLimit = (int?)row.Int64OrNull("daily_limit"),
                MonthlyLimit = (int?)row.Int64OrNull("monthly_limit"),
                ConcurrentLimit = (int?)row.Int64OrNull("concurrent_limit"),
                QuotaExceeded = row.Bool("quota_exceeded"),
            },
            cancellationToken
        );

    /// <summary>Whether the id, or the dataset's name, is in use.</summary>
    public Task<OnboardOutcome> PlaceAsync(string customerId, string datasetId, CancellationToken cancellationToken) =>
        engine.SingleAsync(
            new("customers", "dataset_taken"),
            new SqlArguments().With("customerId", customerId).With("datasetId", datasetId),
            row =>
                row.Bool("customer_exists") ? OnboardOutcome.CustomerExists
                : row.Bool("dataset_exists") ? OnboardOutcome.DatasetTaken
                : OnboardOutcome.Created,
            cancellationToken
        );

    /// <summary>Null when there is no such customer.</summary>
    public Task<CustomerResponse?> ProfileAsync(string customerId, CancellationToken cancellationToken) =>
        engine.FindAsync(
            new("customers", "profile"),
            new SqlArguments().With("customerId", customerId),
            CustomerRow.Map,
            cancellationToken
        );

    /// <summary>
    /// Changes a profile; whoever becomes runnable by it returns as from a pause. Null when there is no such customer;
    /// not allowed, and nothing written, when the status does not lead to the wanted one.
    /// </summary>
    public Task<(CustomerResponse Customer, string StatusBefore, bool IsAllowed)?> UpdateProfileAsync(
        string customerId,
        UpdateCustomerRequest change,
        DayMove day,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync<(CustomerResponse, string, bool)?>(
            new("customers", "update_profile"),
            CustomerRow
                .Arguments(change)
                .With("customerId", customerId)
                .With("timezoneBefore", day.TimezoneBefore)
                .With("usageFrom", day.From.UsageId)
                .With("usageTo", day.To.UsageId)
                .With("dateTo", day.To.Date)
                .With(stamp)
                .With("now", now),
            row => (CustomerRow.Map(row), row.Text("status_before"), row.Bool("is_allowed")),
            cancellationToken
        );

    /// <summary>What decides whether a pipeline could run now. Null when there is no such customer.</summary>
    public Task<ReadinessFacts?> ReadinessAsync(
        string customerId,
        UsageMonth month,
        LocalDate today,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.FindAsync(
            new("customers", "readiness"),
            new SqlArguments()
                .With("customerId", customerId)
                .With("today", today)
                .With("monthStart", month.First)
                .With("monthEnd", month.Last)
                .WithRows("openProviders", Readiness.OpenProviders)
                .With("now", now),
            row => new ReadinessFacts
            {
                CustomerStatus = row.Text("customer_status"),
                SubscriptionStatus = row.TextOrNull("subscription_status"),
                RunnableUntil = row.At("runnable_until"),
                DailyLimit = row.Bool("has_subscription") ? (int?)row.Int64OrNull("max_pipelines_per_day") : 0,
                MonthlyLimit = (int?)row.Int64OrNull("max_pipelines_per_month"),
                ConcurrentLimit = (int?)row.Int64OrNull("max_concurrent_pipelines"),
                RunToday = row.Int32("run_today"),
                RunThisMonth = row.Int32("run_this_month"),
                Running = row.Int32("running"),
                UsableCredentials = row.Int32("usable_credentials"),
                OpenPipelines = row.Int32("open_pipelines"),
                ProvidersWithoutCredential = row.Texts("providers_without_credential"),
            },
            cancellationToken
        );

    /// <summary>Puts the active credentials back to PENDING; how many were something else.</summary>
    public Task<int> RecheckCredentialsAsync(
        string customerId,
        AuditStamp stamp,
        Instant now,
        CancellationToken cancellationToken
    ) =>
        engine.SingleAsync(
            new("customers", "recheck_credentials"),
            new SqlArguments().With("customerId", customerId).With(stamp).With("now", now),
            row => row.Int32("rechecked"),
            cancellationToken
        );

    private static SqlArguments Arguments(NewCustomer customer) =>
        new SqlArguments()
            .With("customerId", customer.CustomerId)
            .With("companyName", customer.CompanyName)
            .With("adminEmail", customer.AdminEmail)
            .With("datasetId", customer.DatasetId)
            .With("plan", customer.Plan.Name)
            .With("timezone", customer.Timezone)
            .With("subscriptionId", customer.SubscriptionId)
            .With("maxTeamMembers", customer.Plan.MaxTeamMembers)
            .With("maxProviders", customer.Plan.MaxProviders)
            .With("maxPipelinesPerDay", customer.Plan.MaxPipelinesPerDay)
            .With("maxPipelinesPerMonth", customer.Plan.MaxPipelinesPerMonth)
            .With("maxConcurrentPipelines", customer.Plan.MaxConcurrentPipelines)
            .With("memberId", customer.MemberId)
            .With("apiKeyId", customer.ApiKeyId)
            .With("apiKeyHash", customer.ApiKeyHash)
            .With("keyPrefix", customer.KeyPrefix)
            .With("usageId", customer.UsageId)
            .With("today", customer.Today);
}
