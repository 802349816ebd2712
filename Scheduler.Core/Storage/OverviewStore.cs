using Scheduler.Core.Overview;

namespace Scheduler.Core.Storage;

/// <summary>What operators look through, over all customers. Every answer is bounded: by a day, by what is open, or by a limit.</summary>
public sealed class OverviewStore(ISqlEngine engine, OperationClock clock)
{
    /// <summary>What ended in the present hour and the 23 before it; hours in which nothing did are left out.</summary>
    public Task<IReadOnlyList<HourFigures>> HoursAsync(CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("overview", "hours"),
            new SqlArguments().With("now", clock.ForScript),
            row => new HourFigures(
                row.At("hour"),
                row.Int64("completed"),
                row.Int64("failed"),
                row.DoubleOrNull("lateness_p95_seconds")
            ),
            cancellationToken
        );

    /// <summary>A page of what ended, newest first.</summary>
    public Task<IReadOnlyList<OverviewRun>> EndedAsync(EndedFilter filter, CancellationToken cancellationToken) =>
        engine.RunAsync(
            filter.OnlyFailed ? new("overview", "failed") : new("overview", "ended"),
            new SqlArguments()
                .With("since", filter.Since)
                .With("beforeTime", filter.After?.Moment ?? Microseconds.Never)
                .With("beforeId", filter.After?.RunId ?? "~")
                .With("limit", filter.Limit),
            Map,
            cancellationToken
        );

    /// <summary>What runs now, the longest first.</summary>
    public Task<IReadOnlyList<OverviewRun>> RunningAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(new("overview", "running"), new SqlArguments().With("limit", limit), Map, cancellationToken);

    /// <summary>What is queued, the first to become claimable first.</summary>
    public Task<IReadOnlyList<OverviewRun>> WaitingAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(new("overview", "waiting"), new SqlArguments().With("limit", limit), Map, cancellationToken);

    /// <summary>Who holds leases, the busiest first.</summary>
    public Task<IReadOnlyList<WorkerFigures>> WorkersAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("overview", "workers"),
            new SqlArguments().With("limit", limit),
            row => new WorkerFigures(
                row.Text("worker_id"),
                row.Int64("runs"),
                row.Int64("customers"),
                row.AtOrNull("oldest"),
                row.AtOrNull("first_expiry")
            ),
            cancellationToken
        );

    /// <summary>The customers with the most claimable runs.</summary>
    public Task<IReadOnlyList<WaitingCustomer>> WaitingCustomersAsync(int limit, CancellationToken cancellationToken) =>
        engine.RunAsync(
            new("overview", "waiting_customers"),
            new SqlArguments().With("now", clock.ForScript).With("limit", limit),
            row => new WaitingCustomer(
                row.Text("customer_id"),
                row.Text("company_name"),
                row.Int64("items"),
                row.At("oldest"),
                (int?)row.Int64OrNull("max_concurrent_pipelines"),
                row.Int64("running")
            ),
            cancellationToken
        );

    /// <summary>A page of the customers, by id.</summary>
    public Task<IReadOnlyList<FoundCustomer>> CustomersAsync(
        CustomerFilter filter,
        CancellationToken cancellationToken
    ) =>
        engine.RunAsync(
            new("overview", "customers"),
            new SqlArguments()
                .With("after", filter.After ?? "")
                .With("search", filter.Search)
                .With("status", filter.Status)
                .With("plan", filter.Plan)
                .With("now", clock.ForScript)
                .With("limit", filter.Limit),
            row => new FoundCustomer(
                row.Text("customer_id"),
                row.Text("company_name"),
                row.Text("status"),
                row.TextOrNull("subscription_status"),
                row.Text("subscription_plan"),
                row.Text("timezone"),
                row.Bool("runnable"),
                row.Int64("active_pipelines"),
                row.Int64("failing_pipelines"),
                row.At("created_at")
            ),
            cancellationToken
        );

    private static OverviewRun Map(SqlRow row) =>
        new(RunStore.Map(row), row.Text("pipeline_name"), row.Text("company_name"), row.At("moment"));
}
