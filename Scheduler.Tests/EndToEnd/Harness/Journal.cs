using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Datasets.DuckDb;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>
/// What really happened, read behind the API's back and not from its words: runs, their moves and leases from the database,
/// results and executions from the customers' DuckDB files.
/// </summary>
internal sealed class Journal(ITestDatabase database, string datasetsFolder)
{
    private readonly DuckDbDatasetReader datasets = new(
        new DatasetFiles(Options.Create(new DatasetOptions { Path = datasetsFolder }), TimeProvider.System)
    );

    public Task<List<JournalRun>> RunsAsync() =>
        QueryAsync(
            """
            select run_id, config_id, customer_id, lane, scheduled_time, retry_attempt, state, reason, error_type, parent_run_id
            from scheduled_pipeline_runs order by scheduled_time, retry_attempt, run_id
            """,
            row => new JournalRun(
                Text(row, "run_id"),
                Text(row, "config_id"),
                Text(row, "customer_id"),
                Text(row, "lane"),
                Number(row, "scheduled_time"),
                (int)Number(row, "retry_attempt"),
                Text(row, "state"),
                Maybe(row, "reason"),
                Maybe(row, "error_type"),
                Maybe(row, "parent_run_id")
            )
        );

    public Task<List<JournalMove>> MovesAsync() =>
        QueryAsync(
            """
            select run_id, from_state, to_state, actor, lease_epoch, note
            from scheduler_run_transitions order by transition_id
            """,
            row => new JournalMove(
                Text(row, "run_id"),
                Maybe(row, "from_state"),
                Text(row, "to_state"),
                Text(row, "actor"),
                Number(row, "lease_epoch"),
                Maybe(row, "note")
            )
        );

    public async Task<List<JournalMove>> MovesOfAsync(string runId) =>
        [.. (await MovesAsync()).Where(move => move.RunId == runId)];

    /// <summary>The items that somebody holds now, whether or not the lease is still good.</summary>
    public Task<List<JournalLease>> LeasesAsync() =>
        QueryAsync(
            """
            select queue_id, run_id, worker_id, lease_token, lease_epoch
            from pipeline_execution_queue where state = 'PROCESSING'
            """,
            row => new JournalLease(
                Text(row, "queue_id"),
                Text(row, "run_id"),
                Text(row, "worker_id"),
                Text(row, "lease_token"),
                Number(row, "lease_epoch")
            )
        );

    /// <summary>The items that are not finished.</summary>
    public Task<List<string>> OpenItemsAsync() =>
        QueryAsync(
            "select run_id || ' ' || state as item from pipeline_execution_queue where completed_at is null",
            row => Text(row, "item")
        );

    /// <summary>Rule and subject of every alert, firing or over, oldest first.</summary>
    public Task<List<string>> AlertsAsync() =>
        QueryAsync(
            "select rule || ' ' || subject as alert from scheduler_alerts order by alert_id",
            row => Text(row, "alert")
        );

    /// <summary>The providers for whose calls turns have been taken.</summary>
    public Task<List<string>> PacesAsync(string customerId) =>
        QueryAsync(
            $"select provider from scheduler_provider_paces where customer_id = '{customerId}' order by provider",
            row => Text(row, "provider")
        );

    /// <summary>Who holds a duty, and in which term.</summary>
    public async Task<(string Holder, long Term)> LeaderAsync(string duty) =>
        (
            await QueryAsync(
                $"select holder, term from scheduler_duty_leases where duty = '{duty}'",
                row => (Text(row, "holder"), Number(row, "term"))
            )
        ).Single();

    /// <summary>Cuts the connections over which the instances hear of each other's work (PostgreSQL).</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CutListenersAsync() =>
        (
            await QueryAsync(
                """
                select pg_terminate_backend(pid)::int::text as cut from pg_stat_activity
                where datname = current_database() and query ilike 'listen%'
                """,
                row => Text(row, "cut")
            )
        ).Count;

    /// <summary>Billed cost by service in the customer's dataset.</summary>
    public async Task<IReadOnlyDictionary<string, decimal>> CostAsync(string datasetId)
    {
        var costs = await datasets.CostByServiceAsync(Dataset(datasetId), null, null, CancellationToken.None);
        return costs.ToDictionary(cost => cost.Service, cost => cost.Billed);
    }

    /// <summary>x_meta_pipeline_runs, oldest first.</summary>
    public async Task<List<DatasetRun>> ExecutionsAsync(string datasetId) =>
        [.. (await datasets.ListRunsAsync(Dataset(datasetId), 1000, CancellationToken.None)).Reverse()];

    /// <summary>
    /// Makes pipelines due at once, as if their time had come. Crons have minutes, and a test that waited for the next one would
    /// take a minute each time; the scheduler itself sees no difference.
    /// </summary>
    public Task MakeDueAsync(params IEnumerable<string> configIds) => MakeDueAsync(Duration.Zero, configIds);

    /// <summary>The same, as if their time had come a while ago.</summary>
    public async Task MakeDueAsync(Duration ago, params IEnumerable<string> configIds)
    {
        var at = TimeProvider.System.GetUtcNow().ToInstant() - ago;
        foreach (var configId in configIds)
        {
            var found = await database.QueryAsync(
                $"""
                select config_id from customer_pipeline_configs
                where config_id = '{configId}' and is_active = {database.Literal(true)}
                """
            );
            Assert.That(found, Has.Count.EqualTo(1), $"{configId} is not an active pipeline.");
            await database.ExecuteAsync(
                $"update customer_pipeline_configs set next_run_time = {database.Literal(at)} where config_id = '{configId}'"
            );
        }
    }

    private static DatasetId Dataset(string datasetId) =>
        DatasetId.TryCreate(datasetId, out var dataset, out var error) ? dataset : throw new ArgumentException(error);

    private static string Text(IReadOnlyDictionary<string, object?> row, string column) => (string)row[column]!;

    private static string? Maybe(IReadOnlyDictionary<string, object?> row, string column) => (string?)row[column];

    private static long Number(IReadOnlyDictionary<string, object?> row, string column) => (long)row[column]!;

    private async Task<List<T>> QueryAsync<T>(string query, Func<IReadOnlyDictionary<string, object?>, T> map) =>
        [.. (await database.QueryAsync(query)).Select(map)];
}
