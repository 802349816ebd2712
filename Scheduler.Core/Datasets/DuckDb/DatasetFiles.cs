using System.Collections.Concurrent;
using DuckDB.NET.Data;
using Microsoft.Extensions.Options;
using Scheduler.Core.Storage;

namespace Scheduler.Core.Datasets.DuckDb;

/// <summary>
/// Opens customers' DuckDB files, one user at a time. DuckDB lets one process write a file and refuses every other, so
/// the file is open for one piece of work only and never pooled; whoever comes second waits.
/// </summary>
public sealed class DatasetFiles(IOptions<DatasetOptions> options, TimeProvider timeProvider)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    // DuckDB's lock is per process, so the turn-taking inside the process must be too: one gate per file, shared by
    // every instance of this class.
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    /// <summary>The customer's file, whether or not it exists.</summary>
    public string PathOf(DatasetId dataset) =>
        Path.GetFullPath(Path.Combine(options.Value.Path, $"{dataset.Value}.duckdb"));

    /// <summary>
    /// Opens the file. Those of this process take turns, for as long as each lasts; then another process is waited for up to the
    /// configured time.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">Still locked, or not openable, when the time was over.</exception>
    public async Task<OpenDataset> OpenAsync(DatasetId dataset, bool readOnly, CancellationToken cancellationToken)
    {
        var path = PathOf(dataset);
        var gate = Gates.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            using var patience = new CancellationTokenSource(
                TimeSpan.FromSeconds(options.Value.LockWaitSeconds),
                timeProvider
            );
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            return new OpenDataset(await ConnectAsync(path, readOnly, either.Token, cancellationToken), gate);
        }
        catch
        {
            gate.Release();
            throw;
        }
    }

    /// <summary>Deletes the file while nobody in this process has it open; true when there was one.</summary>
    public async Task<bool> DeleteAsync(DatasetId dataset, CancellationToken cancellationToken)
    {
        var path = PathOf(dataset);
        var gate = Gates.GetOrAdd(path, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            var existed = File.Exists(path);
            File.Delete(path);
            File.Delete($"{path}.wal");
            return existed;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<DuckDBConnection> ConnectAsync(
        string path,
        bool readOnly,
        CancellationToken either,
        CancellationToken cancellationToken
    )
    {
        if (!readOnly)
        {
            PrivateFolder.Create(Path.GetDirectoryName(path)!);
        }
        while (true)
        {
            var connection = new DuckDBConnection(
                $"DataSource={path};access_mode={(readOnly ? "READ_ONLY" : "READ_WRITE")};threads=2;memory_limit=512MB"
            );
            try
            {
                connection.Open();
                return connection;
            }
            // An open that fails has no error code to tell a lock from other trouble: whatever it is may pass.
            catch (DuckDBException trouble)
            {
                await connection.DisposeAsync();
                try
                {
                    await Task.Delay(RetryEvery, timeProvider, either);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw Unavailable(trouble);
                }
            }
        }
    }

    private DatasetUnavailableException Unavailable(Exception inner) =>
        new(
            $"The customer's dataset could not be opened within {options.Value.LockWaitSeconds} s: another process uses it.",
            inner
        );
}
