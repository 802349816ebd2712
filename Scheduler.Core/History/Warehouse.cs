using NodaTime;
using NodaTime.Text;
using Scheduler.Core.Audit;
using Scheduler.Core.Storage;

namespace Scheduler.Core.History;

/// <summary>The other store. Whatever is loaded twice is there once; rows of one call have different ids.</summary>
internal sealed class Warehouse(ISqlEngine engine)
{
    public Task MigrateAsync(CancellationToken cancellationToken) => engine.MigrateAsync(cancellationToken);

    public Task LoadAsync(IReadOnlyList<EndedRun> runs, CancellationToken cancellationToken) =>
        LoadAsync(
            "load_runs",
            runs,
            Between(runs.Min(run => run.ScheduledTime), runs.Max(run => run.ScheduledTime)),
            cancellationToken
        );

    public Task LoadAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) =>
        LoadAsync(
            "load_audit_entries",
            entries,
            Between(entries.Min(entry => entry.At), entries.Max(entry => entry.At)),
            cancellationToken
        );

    public Task LoadAsync(IReadOnlyList<UsageDayCopy> days, CancellationToken cancellationToken)
    {
        var dates = days.Select(day => LocalDatePattern.Iso.Parse(day.UsageDate).GetValueOrThrow()).ToList();
        return LoadAsync(
            "load_usage_days",
            days,
            new SqlArguments().With("from", dates.Min()).With("to", dates.Max()),
            cancellationToken
        );
    }

    public Task LoadAsync(IReadOnlyList<CustomerCopy> customers, CancellationToken cancellationToken) =>
        LoadAsync("load_customers", customers, new SqlArguments(), cancellationToken);

    public Task LoadAsync(IReadOnlyList<SubscriptionCopy> subscriptions, CancellationToken cancellationToken) =>
        LoadAsync("load_subscriptions", subscriptions, new SqlArguments(), cancellationToken);

    public Task LoadAsync(IReadOnlyList<PipelineCopy> pipelines, CancellationToken cancellationToken) =>
        LoadAsync("load_pipelines", pipelines, new SqlArguments(), cancellationToken);

    private async Task LoadAsync<T>(
        string script,
        IReadOnlyList<T> rows,
        SqlArguments bounds,
        CancellationToken cancellationToken
    )
        where T : notnull =>
        await engine.RunAsync(
            new("warehouse", script),
            bounds.WithRows("rows", rows),
            row => row.Int64("loaded"),
            cancellationToken
        );

    private static SqlArguments Between(Instant from, Instant to) =>
        new SqlArguments().With("from", from).With("to", to);
}
