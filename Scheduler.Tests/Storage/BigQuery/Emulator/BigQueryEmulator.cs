using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Scheduler.Tests.Storage.BigQuery.GoogleSql;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>
/// BigQuery's REST API (v2) on a loopback port, as far as the product and its tests use it: datasets, tables, jobs.query, jobs.insert,
/// jobs.get, jobs.list, getQueryResults with pages, cancel. The text of a job is executed as it was sent.
/// </summary>
internal sealed class BigQueryEmulator : IAsyncDisposable
{
    private const int DefaultPage = 10_000;

    /// <summary>Less is refused: no statement costs less.</summary>
    private const long LeastBytesBilled = StatementUse.FloorBytes;

    private static readonly TimeSpan RequestIdsLast = TimeSpan.FromMinutes(15);

    /// <summary>How long a call waits for a result unless it says otherwise; on this host's clock, as a client's patience is.</summary>
    private static readonly TimeSpan ResultWait = TimeSpan.FromSeconds(10);

    /// <summary>Jobs elsewhere are found only by who names their location.</summary>
    private static readonly string[] FoundWithoutLocation = ["US", "EU"];

    private readonly WebApplication server;
    private readonly ZetaSqlServer engine;
    private readonly ConcurrentDictionary<string, EmulatedDataset> datasets = new();
    private readonly ConcurrentDictionary<string, Lazy<EmulatedJob>> jobs = new();
    private readonly ConcurrentDictionary<string, (string JobId, DateTimeOffset At)> requests = new();
    private readonly Lock making = new();
    private readonly ConcurrentDictionary<string, int> notReady = new();
    private readonly List<(string Call, EmulatorFault Fault)> faults = [];

    private BigQueryEmulator(WebApplication server, ZetaSqlServer engine)
    {
        this.server = server;
        this.engine = engine;
    }

    public Uri Address => new(server.Urls.First() + "/");

    /// <summary>Every job so far, by the order of their coming.</summary>
    public IReadOnlyList<EmulatedJob> Jobs =>
        [.. jobs.Values.Where(job => job.IsValueCreated).Select(job => job.Value).OrderBy(job => job.Number)];

    /// <summary>Rows of one page, where the call asks for more or says nothing.</summary>
    public int PageRows { get; set; } = DefaultPage;

    /// <summary>Faults that have hit a call.</summary>
    public int FaultsHit { get; private set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static async Task<BigQueryEmulator> StartAsync(TimeProvider? time = null)
    {
        var engine = await ZetaSqlServer.SharedAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = 10 << 20;
        });
        var app = builder.Build();
        var emulator = new BigQueryEmulator(app, engine) { Time = time ?? TimeProvider.System };
        app.Run(emulator.AnswerOrTellAsync);
        await app.StartAsync();
        return emulator;
    }

    /// <summary>What shall happen to the next calls of that name: query, insert, get, results, cancel …</summary>
    public void Fail(string call, params EmulatorFault[] with)
    {
        lock (faults)
        {
            faults.AddRange(with.Select(fault => (call, fault)));
        }
    }

    public EmulatedDataset Dataset(string name) => datasets[name];

    public bool Has(string name) => datasets.ContainsKey(name);

    public void Add(EmulatedDataset dataset, string name) => datasets[name] = dataset;

    public void Remove(string name) => datasets.TryRemove(name, out _);

    /// <summary>Executes behind the API's back.</summary>
    public Task<QueryOutcome> ExecuteAsync(string dataset, string text) =>
        ScriptRun.ExecuteAsync(engine, datasets[dataset], text, [], new ScriptSettings { Time = Time });

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync();
        await server.DisposeAsync();
    }

    private async Task AnswerOrTellAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context);
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync($"The emulator failed: {exception}");
            throw;
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = await BodyAsync(context.Request);
        var call = CallOf(context.Request.Method, path);
        var fault = TakeFault(call);
        if (fault == EmulatorFault.UnavailableBefore)
        {
            await WriteAsync(context, 503, Error(503, "backendError", "Try again."));
            return;
        }
        if (fault == EmulatorFault.RateLimited)
        {
            await WriteAsync(context, 403, Error(403, "rateLimitExceeded", "Exceeded rate limits."));
            return;
        }
        if (fault == EmulatorFault.AccessDenied)
        {
            await WriteAsync(context, 403, Error(403, "accessDenied", "Access Denied."));
            return;
        }
        var (status, answer) = await HandleAsync(call, path, body, context.Request.Query, fault);
        if (fault == EmulatorFault.LostReply)
        {
            context.Abort();
            return;
        }
        if (fault == EmulatorFault.UnavailableAfter)
        {
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync("<html>upstream connect error</html>");
            return;
        }
        await WriteAsync(context, status, answer);
    }

    private static async Task<JsonObject> BodyAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync() is { Length: > 0 } text ? JsonNode.Parse(text)!.AsObject() : [];
    }

    private EmulatorFault? TakeFault(string call)
    {
        lock (faults)
        {
            var nth = faults.FindIndex(fault => fault.Call == call);
            if (nth < 0)
            {
                return null;
            }
            var found = faults[nth].Fault;
            faults.RemoveAt(nth);
            FaultsHit++;
            return found;
        }
    }

    // bigquery v2 projects {p} …
    private static string CallOf(string method, string[] path) =>
        (method, path.ElementAtOrDefault(4), path.Length) switch
        {
            ("POST", "queries", 5) => "query",
            ("GET", "queries", 6) => "results",
            ("POST", "jobs", 5) => "insert",
            ("GET", "jobs", 6) => "get",
            ("GET", "jobs", 5) => "list",
            ("POST", "jobs", 7) => "cancel",
            ("POST", "datasets", 5) => "insert_dataset",
            ("GET", "datasets", 5) => "list_datasets",
            ("GET", "datasets", 6) => "get_dataset",
            ("DELETE", "datasets", 6) => "delete_dataset",
            ("POST", "datasets", 7) => "insert_table",
            ("GET", "datasets", 7) => "list_tables",
            ("GET", "datasets", 8) => "get_table",
            ("PATCH", "datasets", 8) => "patch_table",
            ("DELETE", "datasets", 8) => "delete_table",
            _ => "unknown",
        };

    private async Task<(int Status, JsonObject? Answer)> HandleAsync(
        string call,
        string[] path,
        JsonObject body,
        IQueryCollection query,
        EmulatorFault? fault
    )
    {
        string? Named(string parameter) => query[parameter] is [{ Length: > 0 } value] ? value : null;
        var project = path.ElementAtOrDefault(3) ?? "";
        try
        {
            return call switch
            {
                "query" => (200, await QueryAsync(project, body, fault)),
                "results" => (
                    200,
                    await ResultsAsync(
                        project,
                        Find(path[5], Named("location")),
                        Wait(Named("timeoutMs")),
                        Page(Named("pageToken"), Named("maxResults")),
                        Named("formatOptions.useInt64Timestamp") == "true",
                        fault
                    )
                ),
                "insert" => (200, Insert(project, body, fault)),
                "get" => (200, Get(project, path[5], Named("location"))),
                "list" => (200, List(project, Named("parentJobId"), Page(Named("pageToken"), Named("maxResults")))),
                "cancel" => (200, Cancel(project, path[5], Named("location"))),
                "insert_dataset" => (200, InsertDataset(project, body)),
                "list_datasets" => (200, ListDatasets(project, Page(Named("pageToken"), Named("maxResults")))),
                "get_dataset" => (200, Resource(project, FindDataset(path[5]))),
                "delete_dataset" => DeleteDataset(path[5], Named("deleteContents") == "true"),
                "insert_table" => (200, await InsertTableAsync(project, FindDataset(path[5]), body)),
                "list_tables" => (
                    200,
                    ListTables(project, FindDataset(path[5]), Page(Named("pageToken"), Named("maxResults")))
                ),
                "get_table" => (200, GetTable(project, FindDataset(path[5]), path[7])),
                "patch_table" => (200, PatchTable(project, FindDataset(path[5]), path[7], body)),
                "delete_table" => DeleteTable(FindDataset(path[5]), path[7]),
                _ => throw RestFailure.NotFound(string.Join('/', path)),
            };
        }
        catch (SqlFailure failure)
        {
            var status = failure.Reason == "notFound" ? 404 : 400;
            return (status, Error(status, failure.Reason, failure.Message));
        }
        catch (RestFailure failure)
        {
            return (failure.Status, Error(failure.Status, failure.Reason, failure.Message));
        }
    }

    private async Task<JsonObject> QueryAsync(string project, JsonObject body, EmulatorFault? fault)
    {
        Check(body);
        var jobId = $"job_{Guid.NewGuid():N}";
        var isRepeated = false;
        if ((string?)body["requestId"] is { } requestId)
        {
            var now = Time.GetUtcNow();
            // The same only while everything that makes the result is the same.
            var key = $"{requestId} {body["query"]} {body["queryParameters"]?.ToJsonString()}";
            var known = requests.AddOrUpdate(
                key,
                _ => (jobId, now),
                (_, first) => now - first.At > RequestIdsLast ? (jobId, now) : first
            );
            isRepeated = known.JobId != jobId;
            jobId = known.JobId;
        }
        var job = Start(
            jobId,
            body,
            (string?)body["labels"]?["operation"],
            (string?)body["location"],
            (string?)body["jobTimeoutMs"],
            fault
        );
        var answer = await ResultsAsync(
            project,
            job,
            Wait(body["timeoutMs"]?.ToString()),
            Page(null, body["maxResults"]?.ToString()),
            body["formatOptions"]?["useInt64Timestamp"]?.GetValue<bool>() == true,
            fault
        );
        if (isRepeated)
        {
            // As it has been seen there: done, and its rows are to be asked for.
            answer.Remove("schema");
            answer.Remove("rows");
            answer.Remove("pageToken");
        }
        return answer;
    }

    private JsonObject Insert(string project, JsonObject body, EmulatorFault? fault)
    {
        var jobId = (string?)body["jobReference"]?["jobId"] ?? $"job_{Guid.NewGuid():N}";
        if (body["configuration"]?["query"] is not JsonObject query)
        {
            throw RestFailure.Invalid("Required parameter is missing: query");
        }
        Check(query);
        lock (making)
        {
            if (jobs.ContainsKey(jobId))
            {
                throw RestFailure.Duplicate($"Job {jobId}");
            }
            var job = Start(
                jobId,
                query,
                (string?)body["configuration"]!["labels"]?["operation"],
                (string?)body["jobReference"]?["location"],
                (string?)body["configuration"]!["jobTimeoutMs"],
                fault
            );
            return Resource(project, job);
        }
    }

    private static void Check(JsonObject query)
    {
        if (query["useLegacySql"]?.GetValue<bool>() != false)
        {
            throw new RestFailure(400, "invalidQuery", "Legacy SQL is not spoken here.");
        }
        if (Number(query["maximumBytesBilled"]) < LeastBytesBilled)
        {
            throw RestFailure.Invalid($"maximumBytesBilled must be at least {LeastBytesBilled}");
        }
    }

    private EmulatedJob Start(
        string jobId,
        JsonObject query,
        string? operation,
        string? location,
        string? timeoutMs,
        EmulatorFault? fault
    )
    {
        var dataset = (string)query["defaultDataset"]!["datasetId"]!;
        var job = jobs.GetOrAdd(
            jobId,
            id => new Lazy<EmulatedJob>(() =>
                new EmulatedJob(
                    id,
                    operation ?? "",
                    dataset,
                    location ?? datasets.GetValueOrDefault(dataset)?.Location ?? "US",
                    Number(timeoutMs) is { } limit ? TimeSpan.FromMilliseconds(limit) : null,
                    Time,
                    (uses, stop) => RunAsync(query, fault, uses, stop)
                )
            )
        ).Value;
        if (fault == EmulatorFault.NotReady)
        {
            notReady[jobId] = 1;
        }
        return job;
    }

    private Task<QueryOutcome> RunAsync(
        JsonObject query,
        EmulatorFault? fault,
        ConcurrentQueue<StatementUse> uses,
        CancellationToken stop
    )
    {
        if (fault == EmulatorFault.JobFails)
        {
            throw new SqlFailure("jobBackendError", "The job encountered an error during execution.");
        }
        var dataset = (string)query["defaultDataset"]!["datasetId"]!;
        if (!datasets.TryGetValue(dataset, out var found))
        {
            throw new SqlFailure("notFound", $"Not found: Dataset {dataset}");
        }
        var parameters = (query["queryParameters"] as JsonArray ?? []).Select(parameter =>
        {
            var type = SqlValues.TypeOf(parameter!["parameterType"]!.AsObject());
            return (
                (string)parameter["name"]!,
                type,
                SqlValues.FromParameter(type, parameter["parameterValue"] as JsonObject)
            );
        });
        return ScriptRun.ExecuteAsync(
            engine,
            found,
            (string)query["query"]!,
            [.. parameters],
            new ScriptSettings
            {
                Time = Time,
                MaximumBytesBilled = Number(query["maximumBytesBilled"]),
                Uses = uses,
                Stop = stop,
            }
        );
    }

    private async Task<JsonObject> ResultsAsync(
        string project,
        EmulatedJob job,
        TimeSpan wait,
        (int Start, int Count) page,
        bool exactTimes,
        EmulatorFault? fault
    )
    {
        var answer = new JsonObject { ["jobReference"] = Reference(project, job.Id, job.Location) };
        if (notReady.TryRemove(job.Id, out _) || fault == EmulatorFault.NotReady || !await HasEndedAsync(job, wait))
        {
            answer["jobComplete"] = false;
            return answer;
        }
        QueryOutcome outcome;
        try
        {
            outcome = await job.Done;
        }
        catch (SqlFailure failure) when (failure.Reason == "stopped")
        {
            // Answered with 200.
            answer["jobComplete"] = true;
            answer["errors"] = new JsonArray(ErrorOf(failure));
            return answer;
        }
        var (start, count) = page;
        answer["jobComplete"] = true;
        answer["totalRows"] = Text(outcome.Rows.Count);
        answer["totalBytesProcessed"] = Billed(outcome);
        answer["totalBytesBilled"] = Billed(outcome);
        if (!outcome.IsScript && outcome.Uses is [{ Kind: not "SELECT" } change])
        {
            answer["numDmlAffectedRows"] = Text(change.Rows);
        }
        if (outcome.Columns.Count > 0)
        {
            answer["schema"] = new JsonObject
            {
                ["fields"] = new JsonArray([
                    .. outcome.Columns.Select(column => TableResource.Field(column.Name, column.Type)),
                ]),
            };
            answer["rows"] = new JsonArray([
                .. outcome
                    .Rows.Skip(start)
                    .Take(count)
                    .Select(row => new JsonObject
                    {
                        ["f"] = new JsonArray([
                            .. row.Cell.Zip(
                                outcome.Columns,
                                (cell, column) =>
                                    new JsonObject { ["v"] = SqlValues.ToCell(column.Type, cell, exactTimes) }
                            ),
                        ]),
                    }),
            ]);
            if (start + count < outcome.Rows.Count)
            {
                answer["pageToken"] = Text(start + count);
            }
        }
        return answer;
    }

    private static async Task<bool> HasEndedAsync(EmulatedJob job, TimeSpan wait)
    {
        if (!job.Done.IsCompleted && wait > TimeSpan.Zero)
        {
            using var patience = new CancellationTokenSource();
            await Task.WhenAny(job.Done, Task.Delay(wait, TimeProvider.System, patience.Token));
            await patience.CancelAsync();
        }
        return job.Done.IsCompleted;
    }

    private JsonObject Get(string project, string jobId, string? location)
    {
        // A part of a script has the id of the script and its number.
        if (!jobs.ContainsKey(jobId) && jobId.LastIndexOf('_') is var cut and > 0)
        {
            var parts = jobs.TryGetValue(jobId[..cut], out var parent) ? Parts(project, parent.Value) : [];
            return parts.FirstOrDefault(part => (string?)part["jobReference"]!["jobId"] == jobId)
                ?? throw RestFailure.NotFound($"Job {jobId}");
        }
        return Resource(project, Find(jobId, location));
    }

    private JsonObject Cancel(string project, string jobId, string? location)
    {
        var job = Find(jobId, location);
        job.Cancel();
        return new JsonObject { ["kind"] = "bigquery#jobCancelResponse", ["job"] = Resource(project, job) };
    }

    private JsonObject List(string project, string? parent, (int Start, int Count) page) =>
        Paged(
            "jobs",
            parent is null
                ? Jobs.Reverse().Select(job => Resource(project, job))
                : Parts(project, Find(parent, location: null)),
            page
        );

    private static IEnumerable<JsonObject> Parts(string project, EmulatedJob job) =>
        job.Uses.Select(
            (use, nth) =>
                new JsonObject
                {
                    ["jobReference"] = Reference(project, $"{job.Id}_{nth}", job.Location),
                    ["status"] = new JsonObject { ["state"] = "DONE" },
                    ["statistics"] = new JsonObject
                    {
                        ["parentJobId"] = job.Id,
                        ["query"] = new JsonObject
                        {
                            ["statementType"] = use.Kind,
                            ["totalBytesBilled"] = Text(use.BytesBilled),
                        },
                    },
                }
        );

    private EmulatedJob Find(string jobId, string? location) =>
        jobs.TryGetValue(jobId, out var job)
        && (location ?? FoundWithoutLocation.FirstOrDefault(place => place == job.Value.Location)) == job.Value.Location
            ? job.Value
            : throw RestFailure.NotFound($"Job {jobId}");

    private static JsonObject Resource(string project, EmulatedJob job)
    {
        var answer = new JsonObject
        {
            ["jobReference"] = Reference(project, job.Id, job.Location),
            ["status"] = new JsonObject { ["state"] = job.Done.IsCompleted ? "DONE" : "RUNNING" },
        };
        if (job.Done.IsFaulted)
        {
            answer["status"]!["errorResult"] = ErrorOf(
                job.Done.Exception!.InnerException as SqlFailure
                    ?? new SqlFailure("internalError", "The emulator has failed.")
            );
        }
        else if (job.Done.IsCompleted)
        {
            var outcome = job.Done.Result;
            answer["statistics"] = new JsonObject
            {
                ["numChildJobs"] = Text(outcome.IsScript ? outcome.Uses.Count : 0),
                ["query"] = new JsonObject
                {
                    ["totalBytesBilled"] = Billed(outcome),
                    ["statementType"] =
                        outcome.IsScript ? "SCRIPT"
                        : outcome.Uses is [var only, ..] ? only.Kind
                        : "SELECT",
                },
            };
        }
        return answer;
    }

    private JsonObject InsertDataset(string project, JsonObject body)
    {
        var name = (string?)body["datasetReference"]?["datasetId"];
        if (
            name is not { Length: > 0 and <= 1024 }
            || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
        )
        {
            throw RestFailure.Invalid($"Invalid dataset ID \"{name}\": letters, digits and underscores, at most 1024");
        }
        var dataset = new EmulatedDataset(name) { Location = (string?)body["location"] ?? "US" };
        return datasets.TryAdd(name, dataset)
            ? Resource(project, dataset)
            : throw RestFailure.Duplicate($"Dataset {name}");
    }

    private JsonObject ListDatasets(string project, (int Start, int Count) page) =>
        Paged(
            "datasets",
            datasets
                .OrderBy(dataset => dataset.Key, StringComparer.Ordinal)
                .Select(dataset => Resource(project, dataset.Value)),
            page
        );

    private (int, JsonObject?) DeleteDataset(string name, bool deleteContents)
    {
        var dataset = FindDataset(name);
        if (!deleteContents && !(dataset.Tables.IsEmpty && dataset.Views.IsEmpty))
        {
            throw new RestFailure(400, "resourceInUse", $"Dataset {name} is still in use");
        }
        return datasets.TryRemove(name, out _) ? (204, null) : throw RestFailure.NotFound($"Dataset {name}");
    }

    private EmulatedDataset FindDataset(string name) =>
        datasets.TryGetValue(name, out var dataset) ? dataset : throw RestFailure.NotFound($"Dataset {name}");

    private static JsonObject Resource(string project, EmulatedDataset dataset) =>
        new()
        {
            ["datasetReference"] = new JsonObject { ["projectId"] = project, ["datasetId"] = dataset.Name },
            ["location"] = dataset.Location,
        };

    private async Task<JsonObject> InsertTableAsync(string project, EmulatedDataset dataset, JsonObject body)
    {
        if ((string?)body["tableReference"]?["tableId"] is not { Length: > 0 } name)
        {
            throw RestFailure.Invalid("tableReference.tableId is required");
        }
        if (body["view"] is not { } view)
        {
            return dataset.TryCreate(TableResource.ToTable(name, body))
                ? GetTable(project, dataset, name)
                : throw RestFailure.Duplicate($"Table {dataset.Name}.{name}");
        }
        if ((bool?)view["useLegacySql"] != false)
        {
            throw RestFailure.Invalid(
                "view.useLegacySql is true unless it is said to be false; legacy SQL is not spoken here"
            );
        }
        if (dataset.Tables.ContainsKey(name) || dataset.Views.ContainsKey(name))
        {
            throw RestFailure.Duplicate($"Table {dataset.Name}.{name}");
        }
        await ScriptRun.ExecuteAsync(
            engine,
            dataset,
            $"create or replace view `{name}` as {(string?)view["query"]}",
            []
        );
        return GetTable(project, dataset, name);
    }

    private static JsonObject ListTables(string project, EmulatedDataset dataset, (int Start, int Count) page) =>
        Paged(
            "tables",
            dataset
                .Tables.Keys.Select(name => (name, "TABLE"))
                .Concat(dataset.Views.Keys.Select(name => (name, "VIEW")))
                .OrderBy(table => table.name, StringComparer.Ordinal)
                .Select(table => TableResource.Reference(project, dataset.Name, table.name, table.Item2)),
            page
        );

    private static JsonObject GetTable(string project, EmulatedDataset dataset, string name) =>
        dataset.Tables.TryGetValue(name, out var state) ? TableResource.Of(project, dataset, state)
        : dataset.Views.TryGetValue(name, out var query) ? TableResource.OfView(project, dataset.Name, name, query)
        : throw RestFailure.NotFound($"Table {dataset.Name}.{name}");

    private static JsonObject PatchTable(string project, EmulatedDataset dataset, string name, JsonObject body)
    {
        if (!dataset.Tables.TryGetValue(name, out var state))
        {
            throw RestFailure.NotFound($"Table {dataset.Name}.{name}");
        }
        var patched = TableResource.Patched(state.Table, body);
        var old = state.Table.Columns.Count;
        dataset.Replace(patched with { Columns = [.. patched.Columns.Take(old)] });
        dataset.AddColumns(name, [.. patched.Columns.Skip(old)]);
        return GetTable(project, dataset, name);
    }

    private static (int, JsonObject?) DeleteTable(EmulatedDataset dataset, string name)
    {
        if (!dataset.Tables.ContainsKey(name) && !dataset.Views.ContainsKey(name))
        {
            throw RestFailure.NotFound($"Table {dataset.Name}.{name}");
        }
        dataset.Drop(name);
        return (204, null);
    }

    private static JsonObject Paged(string word, IEnumerable<JsonObject> all, (int Start, int Count) page)
    {
        var items = all.Skip(page.Start).Take(page.Count + 1).ToList();
        var answer = new JsonObject { [word] = new JsonArray([.. items.Take(page.Count)]) };
        if (items.Count > page.Count)
        {
            answer["nextPageToken"] = Text(page.Start + page.Count);
        }
        return answer;
    }

    /// <summary>From which row on, and how many at most.</summary>
    private (int Start, int Count) Page(string? token, string? maxResults) =>
        ((int)(Number(token) ?? 0), (int)Math.Min(PageRows, Number(maxResults) ?? PageRows));

    private static TimeSpan Wait(string? timeoutMs) =>
        Number(timeoutMs) is { } given ? TimeSpan.FromMilliseconds(given) : ResultWait;

    private static long? Number(JsonNode? value) => Number(value?.ToString());

    private static long? Number(string? text) =>
        text is null ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
        : throw RestFailure.Invalid($"Invalid value '{text}': a number is wanted");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Reference(string project, string jobId, string location) =>
        new()
        {
            ["projectId"] = project,
            ["jobId"] = jobId,
            ["location"] = location,
        };

    private static JsonObject ErrorOf(SqlFailure failure) =>
        new() { ["reason"] = failure.Reason, ["message"] = failure.Message };

    private static string Billed(QueryOutcome outcome) =>
        outcome.Uses.Sum(use => use.BytesBilled).ToString(CultureInfo.InvariantCulture);

    private static JsonObject Error(int code, string reason, string message) =>
        new()
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = message,
                ["status"] = code switch
                {
                    403 => "PERMISSION_DENIED",
                    404 => "NOT_FOUND",
                    409 => "ALREADY_EXISTS",
                    503 => "UNAVAILABLE",
                    _ => "INVALID_ARGUMENT",
                },
                ["errors"] = new JsonArray(
                    new JsonObject
                    {
                        ["domain"] = "global",
                        ["reason"] = reason,
                        ["message"] = message,
                    }
                ),
            },
        };

    private static Task WriteAsync(HttpContext context, int status, JsonObject? answer)
    {
        context.Response.StatusCode = status;
        return answer is null ? Task.CompletedTask : context.Response.WriteAsJsonAsync(answer);
    }
}
