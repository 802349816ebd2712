using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// What the store's operations mean, written down a second time: in plain C# over plain objects, from the documents and not from the
/// SQL. For comparing with the engines, and for simulations that need many operations. One at a time, each done when the call returns.
/// Audit trail, team, keys and credentials are not modelled.
/// </summary>
internal sealed class ModelEngine : ISqlEngine
{
    private readonly Lock turn = new();
    private readonly TimeProvider time;
    private readonly ModelClaiming claiming;
    private readonly ModelLeases leases;
    private readonly ModelWaiting waiting;
    private readonly ModelScheduling scheduling;
    private readonly ModelPipelines pipelines;
    private readonly ModelCustomers customers;
    private readonly ModelSubscriptions subscriptions;
    private readonly ModelDuties duties;
    private readonly ModelRuns runs;
    private readonly ModelStatus status;

    /// <param name="time">The database's own clock, for operations that are given no time.</param>
    public ModelEngine(TimeProvider time)
    {
        this.time = time;
        claiming = new(Store);
        leases = new(Store);
        waiting = new(Store);
        scheduling = new(Store, waiting);
        pipelines = new(Store);
        customers = new(Store);
        subscriptions = new(Store);
        duties = new(Store);
        runs = new(Store);
        status = new(Store);
    }

    public string Dialect => "model";

    /// <summary>What it remembers, for those who check it. Not while an operation is going on.</summary>
    public ModelStore Store { get; } = new();

    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="NotSupportedException">The operation is not modelled.</exception>
    public Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        lock (turn)
        {
            var rows = Run(operation, new ModelArguments(arguments));
            var mapped = new List<T>(rows.Count);
            foreach (var row in rows)
            {
                mapped.Add(map(row));
            }
            return Task.FromResult<IReadOnlyList<T>>(mapped);
        }
    }

    private IReadOnlyList<ModelRow> Run(SqlOperation operation, ModelArguments it) =>
        operation.Concept switch
        {
            "clock" when operation.Name == "now" => ModelRow.Single("now", Clock()),
            "customers" => Customers(operation, it),
            "subscriptions" => Subscriptions(operation, it),
            "pipeline_configs" => Pipelines(operation, it),
            "scheduling" => Scheduling(operation, it),
            "queue" => Queue(operation, it),
            "duties" => Duties(operation, it),
            "runs" => Runs(operation, it),
            "alerts" => Alerts(operation, it),
            "status" => Status(operation, it),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Customers(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "onboard" => customers.Onboard(it),
            "dataset_taken" => customers.DatasetTaken(it.Text("customerId"), it.Text("datasetId")),
            "standing" => customers.Standing(it.Text("customerId"), Now(it)),
            "count" => ModelRow.Single("customers", Store.Customers.Count),
            "usage" => customers.Usage(it.Text("customerId"), it.Date("fromDate"), it.Date("toDate")),
            "profile" => customers.Profile(it.Text("customerId")),
            "update_profile" => customers.Update(it),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Subscriptions(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "list" => subscriptions.List(it.Text("customerId"), it.Integer("limit")),
            "switch" => subscriptions.Switch(it),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Pipelines(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "configure" => pipelines.Configure(it),
            "import" => pipelines.Import(
                it.Rows<ImportRow>("rows"),
                it.Integer("maxConfigs"),
                it.Text("actor"),
                it.At("now")
            ),
            "list" => pipelines.List(
                it.Text("customerId"),
                it.BoolOrNull("isActive"),
                it.Text("afterId"),
                it.Integer("limit")
            ),
            "get" => pipelines.Get(it.Text("customerId"), it.Text("configId")),
            "deactivate" => pipelines.Deactivate(it.Text("customerId"), it.Text("configId"), it.At("now")),
            "set_pause" => pipelines.SetPause(
                it.Text("customerId"),
                it.Text("configId"),
                it.At("until"),
                it.TextOrNull("pausedBy"),
                it.TextOrNull("reason"),
                it.At("now")
            ),
            // Nobody here has parameters of a provider.
            "provider_parameters" => [],
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Scheduling(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "list_due" => scheduling.Due(it.At("now"), it.At("afterTime"), it.Text("afterId"), it.Integer("limit")),
            "next_trigger_time" => scheduling.NextTime(it.At("now")) is { } next
                ? ModelRow.Single("next_run_time", next)
                : [],
            "list_schedules" => scheduling.Schedules(null, it.At("now")),
            "list_schedules_of_customer" => scheduling.Schedules(it.Text("customerId"), it.At("now")),
            "plan_batch" => scheduling.Plan(
                it.At("now"),
                it.Rows<PlannedPipeline>("configs"),
                it.Rows<PlannedRun>("occurrences")
            ),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Queue(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "claim" => claiming.Claim(
                Now(it),
                it.Records("rows"),
                it.Integer("count"),
                it.Integer("visit"),
                Micros(it.Integer("leaseMicros"))
            ),
            "heartbeat" => leases.Heartbeat(
                Now(it),
                it.Rows<LeaseReference>("rows"),
                Micros(it.Integer("leaseMicros"))
            ),
            "lease_facts" => leases.Facts(Now(it), it.Rows<LeaseQuestion>("rows")),
            "list_expired" => leases.Expired(
                it.At("now"),
                it.At("afterExpiry"),
                it.Text("afterId"),
                it.Integer("limit")
            ),
            "end_leases" => leases.End(it.At("now"), it.Rows<LeaseEnd>("rows"), it.Integer("maxLosses")),
            "list_parked" => Texts("config_id", waiting.Parked(it.At("now"), it.Integer("limit"))),
            "release_parked" => ModelRow.Single(
                "released",
                waiting.Release(it.Records("rows").Select(row => row.Get<string>("ConfigId")), it.At("now"))
            ),
            "note_holds" => ModelRow.Single("held", waiting.NoteHolds(it.At("now"))),
            "list_overdue_waiting" => Reasoned(waiting.Overdue(it.At("now"), it.At("heldBefore"), it.Integer("limit"))),
            "list_waiting_of_config" => Reasoned(
                waiting.WaitingOf(it.Text("configId"), it.Integer("limit")).Select(runId => (runId, "CANCELLED"))
            ),
            "list_zones" => Zones(it.Records("rows").Select(row => row.Get<string>("RunId"))),
            "skip_waiting" => Skipped(waiting.Skip(it.Records("rows").Select(SkipOf), it.Text("actor"), it.At("now"))),
            "request_cancel" => Texts(
                "run_id",
                waiting.RequestCancel(it.Records("rows").Select(row => row.Get<string>("RunId")), it.At("now"))
            ),
            "wake_customers" => ModelRow.Single("woken", claiming.Wake(it.TextOrNull("customerId"), it.At("now"))),
            "next_visible" => ModelRow.Single("ready_at", claiming.NextVisible()),
            "purge_finished" => ModelRow.Single("purged", waiting.Purge(it.At("completedBefore"), it.Integer("limit"))),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Duties(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "take_lease" => duties.Take(it.Text("duty"), it.Text("holder"), Micros(it.Integer("leaseMicros")), Now(it)),
            "release_lease" => ModelRow.Single("released", duties.Release(it.Text("duty"), it.Text("holder"), Now(it))),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Runs(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "list" => runs.List(it),
            "get" => runs.Get(it.Text("customerId"), it.Text("runId")),
            "transitions" => runs.Transitions(it.Text("runId")),
            "attempts" => runs.Attempts(it.Text("customerId"), it.Text("runId")),
            "waiting_facts" => runs.WaitingFacts(it.Text("customerId"), it.Text("runId"), Now(it)),
            _ => NotModelled(operation),
        };

    private IReadOnlyList<ModelRow> Alerts(SqlOperation operation, ModelArguments it) =>
        operation.Name == "list_open" ? status.Firing(it.Integer("limit")) : NotModelled(operation);

    private IReadOnlyList<ModelRow> Status(SqlOperation operation, ModelArguments it) =>
        operation.Name switch
        {
            "get" => status.Get(Now(it)),
            "resolve_past_quotas" => ModelRow.Single("resolved", status.ResolvePastQuotas(it.At("now"))),
            _ => NotModelled(operation),
        };

    private Instant Clock() => Instant.FromDateTimeOffset(time.GetUtcNow()).ToMicroseconds();

    private Instant Now(ModelArguments it) => it.AtOrNull("now") ?? Clock();

    private static Duration Micros(long micros) => Duration.FromTicks(micros * 10);

    private static ModelSkip SkipOf(ModelRecord row) =>
        new(
            row.Get<string>("RunId"),
            row.Get<SkipReason>("Reason"),
            row.Get<string?>("Note"),
            row.Get<string>("EndUsageId"),
            row.Get<LocalDate>("EndUsageDate")
        );

    private static IReadOnlyList<ModelRow> Texts(string name, IEnumerable<string> values) =>
        [.. values.Select(value => new ModelRow(column => column == name ? value : ModelRow.Unknown(column)))];

    private static IReadOnlyList<ModelRow> Reasoned(IEnumerable<(string RunId, string Reason)> runs) =>
        [
            .. runs.Select(run => new ModelRow(column =>
                column switch
                {
                    "run_id" => run.RunId,
                    "reason" => run.Reason,
                    _ => ModelRow.Unknown(column),
                }
            )),
        ];

    private static IReadOnlyList<ModelRow> Skipped(IEnumerable<ModelRun> runs) =>
        [
            .. runs.Select(run => new ModelRow(column =>
                column switch
                {
                    "run_id" => run.RunId,
                    "config_id" => run.Pipeline.ConfigId,
                    _ => ModelRow.Unknown(column),
                }
            )),
        ];

    private IReadOnlyList<ModelRow> Zones(IEnumerable<string> runIds) =>
        [
            .. runIds
                .Select(Store.Run)
                .OfType<ModelRun>()
                .Select(run => new ModelRow(column =>
                    column switch
                    {
                        "run_id" => run.RunId,
                        "customer_id" => run.Pipeline.Customer.CustomerId,
                        "timezone" => run.Pipeline.Customer.Timezone,
                        _ => ModelRow.Unknown(column),
                    }
                )),
        ];

    private static IReadOnlyList<ModelRow> NotModelled(SqlOperation operation) =>
        throw new NotSupportedException($"The model has no {operation}.");
}
