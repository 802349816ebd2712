using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Refit;

namespace Scheduler.Core.Storage.BigQuery;

/// <summary>Has texts executed, and knows which failure is asked through in which way.</summary>
internal sealed class BigQueryJobs(
    BigQueryOptions options,
    IBigQueryApi api,
    TimeProvider time,
    Random random,
    BigQueryMeter meter
)
{
    /// <summary>Requests sent for one call, all in all, before the store counts as away.</summary>
    public const int MostTries = 8;

    /// <summary>
    /// How long one call waits for its jobs, all in all. Its scripts take seconds; one behind the twenty changes that may wait for a table,
    /// each at its slowest, takes minutes. After that every caller has given up, and the next flush waits behind this one.
    /// </summary>
    public static readonly TimeSpan MostWait = TimeSpan.FromMinutes(10);

    /// <summary>BigQuery itself stops a job that takes longer, as well as it can: nobody waits for its answer then.</summary>
    public static readonly TimeSpan JobTimeout = MostWait - TimeSpan.FromMinutes(1);

    /// <summary>How long a job may take to end after it was asked to stop, and the requests for that.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromMinutes(1);
    private const int StopTries = 3;

    private const int WaitMs = 60_000;
    private const long FloorBytes = 10L << 20;

    /// <summary>BigQuery holds a call back until the result is there; one that it answers at once is not repeated at once.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>One query; the request's own id makes a repeated one answer the same.</summary>
    public async Task<IReadOnlyList<BigQueryResult>> ReadAsync(
        SqlOperation operation,
        string text,
        JsonArray parameters,
        CancellationToken cancellationToken
    )
    {
        var request = Query(operation, text, parameters);
        request["location"] = options.Location;
        request["timeoutMs"] = WaitMs;
        request["jobTimeoutMs"] = JobTimeoutMs;
        request["jobCreationMode"] = "JOB_CREATION_OPTIONAL";
        request["formatOptions"] = new JsonObject { ["useInt64Timestamp"] = true };
        var tries = new Tries(time, random);
        while (true)
        {
            request["requestId"] = $"{Guid.NewGuid():D}";
            try
            {
                var first = await AskAsync(
                    operation,
                    () => api.QueryAsync(options.Project, request, cancellationToken),
                    tries,
                    cancellationToken
                );
                var pages = await PagesAsync(operation, first, tries, cancellationToken);
                if (pages[0] is { Schema: null, JobReference.JobId: { } silent })
                {
                    // A query always has columns: this one was stopped, or failed, and does not say so here.
                    await JudgeAsync(operation, silent, tries, cancellationToken);
                }
                meter.Count(
                    operation,
                    1,
                    pages[0].TotalBytesBilled ?? Math.Max(FloorBytes, pages[0].TotalBytesProcessed)
                );
                return pages;
            }
            catch (JobFailedException failure)
            {
                await tries.BeforeNewJobAsync(operation, failure.Error, cancellationToken);
            }
        }
    }

    /// <summary>One job. Its id is made here and never changes while it is unknown whether BigQuery has the job.</summary>
    public async Task<IReadOnlyList<BigQueryResult>> WriteAsync(
        SqlOperation operation,
        string text,
        JsonArray parameters
    )
    {
        var name = $"scheduler_{operation.Concept}_{operation.Name}_{Guid.NewGuid():N}";
        var query = Query(operation, text, parameters);
        var labels = query["labels"]!.DeepClone();
        query.Remove("labels");
        var tries = new Tries(time, random);
        for (var nth = 0; ; nth++)
        {
            var jobId = nth == 0 ? name : $"{name}_r{nth.ToString(CultureInfo.InvariantCulture)}";
            var job = new JsonObject
            {
                ["jobReference"] = new JsonObject
                {
                    ["projectId"] = options.Project,
                    ["jobId"] = jobId,
                    ["location"] = options.Location,
                },
                ["configuration"] = new JsonObject
                {
                    ["labels"] = labels.DeepClone(),
                    ["jobTimeoutMs"] = JobTimeoutMs,
                    ["query"] = query.DeepClone(),
                },
            };
            try
            {
                await AskAsync(
                    operation,
                    () => api.InsertJobAsync(options.Project, job, default),
                    tries,
                    CancellationToken.None
                );
                var first = await ResultsAsync(operation, jobId, null, tries, CancellationToken.None);
                var pages = await PagesAsync(operation, first, tries, CancellationToken.None);
                var done = await JudgeAsync(operation, jobId, tries, CancellationToken.None);
                meter.Count(
                    operation,
                    Math.Max(1, done?.Statistics?.NumChildJobs ?? 0),
                    done?.Statistics?.Query?.TotalBytesBilled ?? 0
                );
                return pages;
            }
            catch (JobFailedException failure)
            {
                await tries.BeforeNewJobAsync(operation, failure.Error, CancellationToken.None);
            }
        }
    }

    /// <summary>Makes the dataset where it is missing.</summary>
    public async Task CreateDatasetAsync(CancellationToken cancellationToken)
    {
        var dataset = new JsonObject
        {
            ["datasetReference"] = new JsonObject { ["projectId"] = options.Project, ["datasetId"] = options.Dataset },
            ["location"] = options.Location,
        };
        await AskAsync(
            new SqlOperation("schema", "create_dataset"),
            () => api.InsertDatasetAsync(options.Project, dataset, cancellationToken),
            new Tries(time, random),
            cancellationToken
        );
    }

    /// <summary>Deletes the dataset with all that is in it; false where there is none.</summary>
    public async Task<bool> DeleteDatasetAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(
                new SqlOperation("schema", "delete_dataset"),
                () => api.DeleteDatasetAsync(options.Project, options.Dataset, "true", cancellationToken),
                new Tries(time, random),
                cancellationToken
            );
            return true;
        }
        catch (BigQueryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The names of the dataset's tables and views, the first of them where there are many; null where there is no dataset.</summary>
    public async Task<IReadOnlyList<string>?> ListTablesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var list = await AskAsync(
                new SqlOperation("schema", "list_tables"),
                () => api.ListTablesAsync(options.Project, options.Dataset, cancellationToken),
                new Tries(time, random),
                cancellationToken
            );
            return [.. (list.Tables ?? []).Select(table => table.TableReference.TableId)];
        }
        catch (BigQueryNotFoundException)
        {
            return null;
        }
    }

    private static string JobTimeoutMs => JobTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);

    private JsonObject Query(SqlOperation operation, string text, JsonArray parameters) =>
        new()
        {
            ["query"] = text,
            ["useLegacySql"] = false,
            ["parameterMode"] = "NAMED",
            ["queryParameters"] = parameters,
            ["defaultDataset"] = new JsonObject { ["projectId"] = options.Project, ["datasetId"] = options.Dataset },
            ["maximumBytesBilled"] = options.MaximumBytesBilled.ToString(CultureInfo.InvariantCulture),
            ["labels"] = new JsonObject
            {
                ["component"] = "scheduler",
                ["operation"] = operation.ToString().Replace('.', '-').ToLowerInvariant(),
            },
        };

    private async Task<List<BigQueryResult>> PagesAsync(
        SqlOperation operation,
        BigQueryResult first,
        Tries tries,
        CancellationToken cancellationToken
    )
    {
        var pages = new List<BigQueryResult>();
        var jobId = first.JobReference?.JobId;
        // Not ready yet; or, of a request that was sent twice, ready without its rows.
        if (jobId is not null && (!first.JobComplete || first.Schema is null))
        {
            first = await ResultsAsync(operation, jobId, null, tries, cancellationToken);
        }
        for (var page = first; ; )
        {
            pages.Add(page);
            if (page.PageToken is not { Length: > 0 } token || jobId is null)
            {
                return pages;
            }
            page = await ResultsAsync(operation, jobId, token, tries, cancellationToken);
        }
    }

    private async Task<BigQueryResult> ResultsAsync(
        SqlOperation operation,
        string jobId,
        string? page,
        Tries tries,
        CancellationToken cancellationToken
    )
    {
        try
        {
            while (true)
            {
                var result = await AskAsync(
                    operation,
                    () =>
                        api.GetResultsAsync(
                            options.Project,
                            jobId,
                            options.Location,
                            WaitMs,
                            page,
                            "true",
                            cancellationToken
                        ),
                    tries,
                    cancellationToken
                );
                if (result is { JobComplete: true })
                {
                    return result with { JobReference = result.JobReference ?? new() { JobId = jobId } };
                }
                await tries.RestAsync(operation, cancellationToken);
            }
        }
        catch (StorageUnavailableException) when (tries.TryBeginLast())
        {
            // What it has done meanwhile is done: only its own end tells whether there is an answer.
            await StopAsync(operation, jobId, tries);
            return await ResultsAsync(operation, jobId, page, tries, cancellationToken);
        }
    }

    /// <summary>Has the job stopped and waits for its end; returns if it has succeeded all the same.</summary>
    /// <exception cref="JobFailedException">It has failed by itself.</exception>
    /// <exception cref="StorageUnavailableException">It was stopped, or its end could not be learned.</exception>
    private async Task StopAsync(SqlOperation operation, string jobId, Tries tries)
    {
        await AskAsync(
            operation,
            () => api.CancelJobAsync(options.Project, jobId, options.Location, default),
            tries,
            CancellationToken.None
        );
        while ((await JudgeAsync(operation, jobId, tries, CancellationToken.None))?.Status?.State != "DONE")
        {
            await tries.RestAsync(operation, CancellationToken.None);
        }
    }

    /// <summary>A script may end without an error although one of its statements failed: its status has the last word.</summary>
    private async Task<BigQueryJob?> JudgeAsync(
        SqlOperation operation,
        string jobId,
        Tries tries,
        CancellationToken cancellationToken
    )
    {
        var job = await AskAsync(
            operation,
            () => api.GetJobAsync(options.Project, jobId, options.Location, cancellationToken),
            tries,
            cancellationToken
        );
        return job?.Status?.ErrorResult is { } error ? throw Failure(operation, HttpStatusCode.BadRequest, error) : job;
    }

    /// <summary>Sends one request until there is an answer. A duplicate answers with nothing: what it asks for is there.</summary>
    /// <exception cref="JobFailedException">The job failed; another one may succeed.</exception>
    /// <exception cref="StorageUnavailableException">Nothing helps for now.</exception>
    /// <exception cref="BigQueryRefusedException">Nothing ever will.</exception>
    private static async Task<T> AskAsync<T>(
        SqlOperation operation,
        Func<Task<IApiResponse<T>>> send,
        Tries tries,
        CancellationToken cancellationToken
    )
        where T : class, new()
    {
        while (true)
        {
            BigQueryError? error = null;
            try
            {
                using var response = await send();
                if (response is { IsSuccessful: true, Content: { } content })
                {
                    return content;
                }
                if (response.StatusCode == HttpStatusCode.NoContent)
                {
                    return new T();
                }
                if (response.Error?.InnerException is StorageUnavailableException missing)
                {
                    throw missing;
                }
                error = ErrorOf(response) ?? new BigQueryError { Reason = $"HTTP {(int?)response.StatusCode}" };
                switch (BigQueryErrors.Judge(response.StatusCode, error))
                {
                    case BigQueryFault.Duplicate:
                        return new T();
                    case BigQueryFault.AskAgain:
                        break;
                    default:
                        throw Failure(operation, response.StatusCode, error);
                }
            }
            catch (Exception exception)
                when (exception is HttpRequestException or IOException or ApiRequestException
                    || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                )
            {
                if (exception.InnerException is StorageUnavailableException missing)
                {
                    throw missing;
                }
                error = new BigQueryError { Reason = exception.GetType().Name };
            }
            await tries.PauseAsync(operation, error, cancellationToken);
        }
    }

    private static Exception Failure(SqlOperation operation, HttpStatusCode? status, BigQueryError error) =>
        BigQueryErrors.Judge(status, error) switch
        {
            BigQueryFault.Stopped => new StorageUnavailableException(
                $"BigQuery did not end {operation} ({error.Reason}): the job took too long, or somebody stopped it."
            ),
            BigQueryFault.Outage when BigQueryErrors.IsMissing(error) => new BigQueryNotFoundException(
                $"BigQuery did not run {operation} ({error.Reason}): there is no such dataset or table in the location of the settings."
            ),
            BigQueryFault.Outage => new StorageUnavailableException(
                $"BigQuery did not run {operation} ({error.Reason}): look at the project's access, billing and quotas."
            ),
            BigQueryFault.Refused => new BigQueryRefusedException($"BigQuery refused {operation} ({error.Reason})."),
            _ => new JobFailedException(error),
        };

    private static BigQueryError? ErrorOf(IApiResponse response)
    {
        if (response.Error is not ApiException { Content: { Length: > 0 } body })
        {
            return null;
        }
        try
        {
            var document = JsonSerializer.Deserialize<BigQueryErrorBody>(body, Web)?.Error;
            return document?.Errors is [var first, ..]
                ? first with
                {
                    Message = first.Message ?? document.Message,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class JobFailedException(BigQueryError error) : Exception
    {
        public BigQueryError Error { get; } = error;
    }

    /// <summary>How often one call has asked and how long it has waited, and the growing pauses in between.</summary>
    private sealed class Tries(TimeProvider time, Random random)
    {
        private long begun = time.GetTimestamp();
        private TimeSpan most = MostWait;
        private int count;
        private bool isOver;
        private bool isLast;

        /// <summary>After a job that failed; there is none after one that had to be stopped.</summary>
        public Task BeforeNewJobAsync(SqlOperation operation, BigQueryError? error, CancellationToken cancellationToken)
        {
            count = isLast ? MostTries : count;
            return PauseAsync(operation, error, cancellationToken);
        }

        /// <summary>After an error.</summary>
        public async Task PauseAsync(SqlOperation operation, BigQueryError? error, CancellationToken cancellationToken)
        {
            if (++count >= MostTries || time.GetElapsedTime(begun) >= most)
            {
                isOver = true;
                throw new StorageUnavailableException($"BigQuery did not run {operation} ({error?.Reason}).");
            }
            var longest = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * (1 << count));
            // Those that lost against each other must not meet again.
            await Task.Delay(
                TimeSpan.FromMilliseconds(longest * (0.5 + random.NextDouble() / 2)),
                time,
                cancellationToken
            );
        }

        /// <summary>Between two looks at a job that runs.</summary>
        public async Task RestAsync(SqlOperation operation, CancellationToken cancellationToken)
        {
            if (time.GetElapsedTime(begun) >= most)
            {
                isOver = true;
                throw new StorageUnavailableException(
                    $"BigQuery did not end {operation} within {MostWait.TotalMinutes:0} minutes."
                );
            }
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }

        /// <summary>Once, after it is over: a few tries more to learn what has become of the job.</summary>
        public bool TryBeginLast()
        {
            if (!isOver || isLast)
            {
                return false;
            }
            (isLast, isOver, begun, most, count) = (true, false, time.GetTimestamp(), StopWait, MostTries - StopTries);
            return true;
        }
    }
}
