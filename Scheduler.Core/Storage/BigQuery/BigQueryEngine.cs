using System.Collections.Concurrent;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>
/// BigQuery over REST. A script that reads is one query; one that writes is a job under an id made for it, so that a request whose answer
/// was lost is sent again and finds the job that it made. A transaction that lost against another did nothing and is run again as a new
/// job. Answers take seconds: callers are gathered (see <c>Gathering</c>), and idle duties ask nothing.
/// </summary>
public sealed class BigQueryEngine : ISqlEngine
{
    internal const string DialectName = "bigquery";

    private readonly BigQueryOptions options;
    private readonly BigQueryJobs jobs;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new();

    /// <summary>An engine with this process's Google credentials, looked for at the first use.</summary>
    /// <param name="options">Where the data is.</param>
    /// <param name="time">Times the pauses between tries.</param>
    /// <param name="random">Spreads them.</param>
    public BigQueryEngine(BigQueryOptions options, TimeProvider time, Random random)
    {
        this.options = options;
        jobs = new BigQueryJobs(options, BigQueryClient.Create(options.Endpoint), time, random, Meter);
    }

    public string Dialect => DialectName;

    public bool ReadsAreCharged => true;

    public TimeSpan FlushInterval => options.FlushInterval;

    /// <summary>What this process's jobs have cost.</summary>
    public BigQueryMeter Meter { get; } = new();

    public async Task<IReadOnlyList<T>> RunAsync<T>(
        SqlOperation operation,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    )
    {
        using var measured = StoreInstruments.Measure(DialectName, operation);
        var statement = SqlText.Load(DialectName, operation.Concept).Find(operation.Name);
        var parameters = BigQueryValues.ToParameters(statement, arguments);
        if (!statement.IsWrite)
        {
            return BigQueryRow.Map(await jobs.ReadAsync(operation, statement.Text, parameters, cancellationToken), map);
        }
        var gate = gates.GetOrAdd(TablesOf(operation), _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            // A write that was sent is waited for: cancelled in between, nobody would know whether it was committed.
            return BigQueryRow.Map(await jobs.WriteAsync(operation, statement.Text, parameters), map);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await jobs.CreateDatasetAsync(cancellationToken);
        var journal = SqlText.Load(DialectName, "schema");
        await jobs.WriteAsync(new("schema", "create_journal"), journal["create_journal"], []);
        var applied = await RunAsync(
            new("schema", "list_applied"),
            new SqlArguments(),
            row => (Name: row.Text("name"), Checksum: row.Text("checksum")),
            cancellationToken
        );
        foreach (
            var migration in Migration.Pending(
                DialectName,
                applied.ToDictionary(done => done.Name, done => done.Checksum)
            )
        )
        {
            // A view keeps no default dataset; the name is one that the settings have checked.
            var text = migration.Text.Replace("{dataset}", options.Dataset, StringComparison.Ordinal);
            await jobs.WriteAsync(new("schema", migration.Name), text, []);
            await RunAsync(
                new("schema", "record"),
                new SqlArguments().With("name", migration.Name).With("checksum", migration.Checksum),
                _ => 0,
                cancellationToken
            );
        }
    }

    /// <summary>Transactions on the same tables cancel each other: those of one process go one after the other.</summary>
    private static string TablesOf(SqlOperation operation) =>
        operation.Concept is "scheduling" or "queue" ? "runs" : operation.Concept;
}
