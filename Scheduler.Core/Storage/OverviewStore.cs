using NodaTime;
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

    /// <summary>A page of what ended.</summary>
    public Task<IReadOnlyList<OverviewRun>> EndedAsync(EndedFilter filter, CancellationToken cancellationToken)
    {
        var arguments = new SqlArguments().With("since", filter.Since).With("limit", filter.Limit);
        return filter.OldestFirst
            ? engine.RunAsync(
                filter.OnlyFailed ? new("overview", "failed_oldest") : new("overview", "ended_oldest"),
                arguments
                    .With("afterTime", filter.After?.Moment ?? filter.Since)
                    .With("afterId", filter.After?.RunId ?? ""),
                Map,
                cancellationToken
            )
            : engine.RunAsync(
                filter.OnlyFailed ? new("overview", "failed") : new("overview", "ended"),
                arguments
                    .With("beforeTime", filter.After?.Moment ?? Microseconds.Never)
                    .With("beforeId", filter.After?.RunId ?? "~"),
                Map,
                cancellationToken
            );
    }

    /// <summary>A page of what runs now, the longest first.</summary>
    /// <param name="after">Start and run of the last row of the page before; null for the first page.</param>
    public Task<IReadOnlyList<OverviewRun>> RunningAsync(
        (Instant Moment, string RunId)? after,
        int limit,
        CancellationToken cancellationToken
    ) => engine.RunAsync(new("overview", "running"), From(after, limit), Map, cancellationToken);

    /// <summary>A page of what is queued, the first to become claimable first.</summary>
    /// <param name="after">Likewise, with the time from which the row is claimable.</param>
    public Task<IReadOnlyList<OverviewRun>> WaitingAsync(
        (Instant Moment, string RunId)? after,
        int limit,
        CancellationToken cancellationToken
    ) => engine.RunAsync(new("overview", "waiting"), From(after, limit), Map, cancellationToken);

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
            filter.Backwards ? new("overview", "customers_back") : new("overview", "customers"),
            (
                filter.Backwards
                    ? new SqlArguments().With("before", filter.After ?? "~")
                    : new SqlArguments().With("after", filter.After ?? "")
            )
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

    private static SqlArguments From((Instant Moment, string RunId)? after, int limit) =>
        new SqlArguments()
            .With("afterTime", after?.Moment ?? Microseconds.First)
            .With("afterId", after?.RunId ?? "")
            .With("limit", limit);

    private static OverviewRun Map(SqlRow row) =>
        new(RunStore.Map(row), row.Text("pipeline_name"), row.Text("company_name"), row.At("moment"));
}
