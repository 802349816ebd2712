using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Extensions;
using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>
/// What really happened, read from the files and not from the API's words: runs, their moves and leases from SQLite, results
/// and executions from the customers' DuckDB files.
/// </summary>
internal sealed class Journal(string databaseFile, string datasetsFolder)
{
    private readonly DatasetReader datasets = new(
        new DatasetFiles(Options.Create(new DatasetOptions { Path = datasetsFolder }), TimeProvider.System)
    );

    public Task<List<JournalRun>> RunsAsync() =>
        QueryAsync(
            """
            select run_id, config_id, customer_id, lane, scheduled_time, retry_attempt, state, reason, error_type, parent_run_id
            from scheduled_pipeline_runs order by scheduled_time, retry_attempt, run_id
            """,
            row => new JournalRun(
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetInt64(4),
                row.GetInt32(5),
                row.GetString(6),
                Text(row, 7),
                Text(row, 8),
                Text(row, 9)
            )
        );

    public Task<List<JournalMove>> MovesAsync() =>
        QueryAsync(
            """
            select run_id, from_state, to_state, actor, lease_epoch, note
            from scheduler_run_transitions order by transition_id
            """,
            row => new JournalMove(
                row.GetString(0),
                Text(row, 1),
                row.GetString(2),
                row.GetString(3),
                row.GetInt64(4),
                Text(row, 5)
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
                row.GetString(0),
                row.GetString(1),
                row.GetString(2),
                row.GetString(3),
                row.GetInt64(4)
            )
        );

    /// <summary>The items that are not finished.</summary>
    public Task<List<string>> OpenItemsAsync() =>
        QueryAsync(
            "select run_id || ' ' || state from pipeline_execution_queue where completed_at is null",
            row => row.GetString(0)
        );

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
        await using var connection = await OpenAsync();
        foreach (var configId in configIds)
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                "update customer_pipeline_configs set next_run_time = @at where config_id = @id and is_active = 1";
            command.Parameters.AddWithValue("@at", at.ToUnixTimeTicks() / 10);
            command.Parameters.AddWithValue("@id", configId);
            Assert.That(await command.ExecuteNonQueryAsync(), Is.EqualTo(1), $"{configId} is not an active pipeline.");
        }
    }

    private static DatasetId Dataset(string datasetId) =>
        DatasetId.TryCreate(datasetId, out var dataset, out var error) ? dataset : throw new ArgumentException(error);

    private static string? Text(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private async Task<List<T>> QueryAsync<T>(string query, Func<SqliteDataReader, T> map)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(map(reader));
        }
        return rows;
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection($"Data Source={databaseFile};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
