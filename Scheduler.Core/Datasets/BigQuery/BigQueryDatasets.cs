using System.Collections.Concurrent;
using Scheduler.Core.Storage;
using Scheduler.Core.Storage.BigQuery;

namespace Scheduler.Core.Datasets.BigQuery;

/// <summary>
/// Customers' datasets in one project and location of BigQuery: has the scripts of <c>tenant_dataset.sql</c> executed, over the jobs of
/// the storage engine and so with its retries. Safe for concurrent use.
/// </summary>
public sealed class BigQueryDatasets
{
    private const string Concept = "tenant_dataset";

    private static readonly SqlText Sql = SqlText.Load(BigQueryEngine.DialectName, Concept);

    private readonly ConcurrentDictionary<DatasetId, SemaphoreSlim> gates = new();
    private readonly BigQueryOptions options;
    private readonly IBigQueryApi api;
    private readonly TimeProvider time;
    private readonly Random random;

    /// <summary>With this process's Google credentials, looked for at the first use.</summary>
    /// <param name="options">Where the datasets are; the dataset that it names is not used.</param>
    /// <param name="time">Times the pauses between tries.</param>
    /// <param name="random">Spreads them; used by several threads at once.</param>
    public BigQueryDatasets(BigQueryOptions options, TimeProvider time, Random random)
    {
        this.options = options;
        this.time = time;
        this.random = random;
        api = BigQueryClient.Create(options.Endpoint);
    }

    /// <summary>What this process's jobs in customers' datasets have cost.</summary>
    public BigQueryMeter Meter { get; } = new();

    /// <summary>The named script, as it is in the file.</summary>
    internal static SqlStatement Script(string name) => Sql.Find(name);

    /// <summary>Waits for this process's turn to load into the dataset: transactions on one dataset cancel each other.</summary>
    /// <returns>Ends the turn when it is disposed.</returns>
    internal async Task<IDisposable> EnterAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        var gate = gates.GetOrAdd(dataset, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Turn(gate);
    }

    /// <summary>
    /// Has one script executed in the dataset. One that writes is waited for once it is sent: cancelled in between, nobody would know whether
    /// it was committed.
    /// </summary>
    /// <exception cref="DatasetMissingException">The dataset or a table is not there.</exception>
    /// <exception cref="DatasetUnavailableException">Nothing helps for now.</exception>
    /// <exception cref="BigQueryRefusedException">The script is refused for good.</exception>
    internal Task<List<T>> RunAsync<T>(
        DatasetId dataset,
        string script,
        SqlArguments arguments,
        Func<SqlRow, T> map,
        CancellationToken cancellationToken
    ) =>
        AskAsync(async () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var statement = Script(script);
            var operation = new SqlOperation(Concept, script);
            // The one slot is a checked name.
            var text = statement.Text.Replace("{dataset}", dataset.Value, StringComparison.Ordinal);
            var parameters = BigQueryValues.ToParameters(statement, arguments);
            var jobs = Jobs(dataset);
            return BigQueryRow.Map(
                await (
                    statement.IsWrite
                        ? jobs.WriteAsync(operation, text, parameters)
                        : jobs.ReadAsync(operation, text, parameters, cancellationToken)
                ),
                map
            );
        });

    /// <summary>Makes the dataset and its tables where they are missing, and changes nothing of what is there.</summary>
    /// <exception cref="DatasetUnavailableException">They could not be made.</exception>
    internal async Task CreateAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        await AskAsync(async () =>
        {
            await Jobs(dataset).CreateDatasetAsync(cancellationToken);
            return true;
        });
        await RunAsync(dataset, "create_tables", new SqlArguments(), _ => true, cancellationToken);
    }

    /// <summary>Deletes the dataset with all that is in it; false where there is none.</summary>
    /// <exception cref="DatasetUnavailableException">It could not be deleted.</exception>
    internal Task<bool> DeleteAsync(DatasetId dataset, CancellationToken cancellationToken) =>
        AskAsync(() => Jobs(dataset).DeleteDatasetAsync(cancellationToken));

    /// <summary>What tables and views there are; none where there is no dataset.</summary>
    /// <exception cref="DatasetUnavailableException">BigQuery does not tell.</exception>
    internal Task<IReadOnlyList<string>> ListTablesAsync(DatasetId dataset, CancellationToken cancellationToken) =>
        AskAsync(async () => await Jobs(dataset).ListTablesAsync(cancellationToken) ?? []);

    private BigQueryJobs Jobs(DatasetId dataset) =>
        new(options with { Dataset = dataset.Value }, api, time, random, Meter);

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (BigQueryNotFoundException missing)
        {
            throw new DatasetMissingException(missing.Message, missing);
        }
        catch (StorageUnavailableException away)
        {
            throw new DatasetUnavailableException(away.Message, away);
        }
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
