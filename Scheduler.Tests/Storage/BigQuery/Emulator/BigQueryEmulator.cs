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
/// jobs.get, jobs.list of a script's parts, getQueryResults with pages, cancel. The text of a job is executed as it was sent.
/// </summary>
internal sealed class BigQueryEmulator : IAsyncDisposable
{
    private const int DefaultPage = 10_000;
    private static readonly TimeSpan RequestIdsLast = TimeSpan.FromMinutes(15);

    private readonly WebApplication server;
    private readonly ZetaSqlServer engine;
    private readonly ConcurrentDictionary<string, EmulatedDataset> datasets = new();
    private readonly ConcurrentDictionary<string, Lazy<EmulatedJob>> jobs = new();
    private readonly ConcurrentDictionary<string, (string JobId, DateTimeOffset At)> requests = new();
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
        [.. jobs.Values.Where(job => job.IsValueCreated).Select(job => job.Value).OrderBy(job => job.CreatedAt)];

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

    /// <summary>What shall happen to the next calls of that name: query, insert, get, results.</summary>
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
        ScriptRun.ExecuteAsync(engine, datasets[dataset], text, []);

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
        var body = HttpMethods.IsPost(context.Request.Method)
            ? (await JsonNode.ParseAsync(context.Request.Body))!.AsObject()
            : null;
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
            ("GET", "datasets", 6) => "get_dataset",
            ("DELETE", "datasets", 6) => "delete_dataset",
            ("GET", "datasets", 7) => "list_tables",
            ("GET", "datasets", 8) => "get_table",
            _ => "unknown",
        };

    private async Task<(int Status, JsonObject Answer)> HandleAsync(
        string call,
        string[] path,
        JsonObject? body,
        IQueryCollection query,
        EmulatorFault? fault
    )
    {
        try
        {
            return call switch
            {
                "query" => await QueryAsync(body!, fault),
                "results" => await ResultsAsync(
                    path[5],
                    query["pageToken"],
                    query["maxResults"],
                    query["formatOptions.useInt64Timestamp"] == "true",
                    fault
                ),
                "insert" => Insert(body!, fault),
                "get" => await GetAsync(path[5]),
                "list" => await ListAsync(query["parentJobId"]!),
                "cancel" => (200, new JsonObject { ["job"] = (await GetAsync(path[5])).Answer }),
                "insert_dataset" => InsertDataset((string)body!["datasetReference"]!["datasetId"]!),
                "get_dataset" => datasets.ContainsKey(path[5])
                    ? (200, new JsonObject { ["location"] = "US" })
                    : NotFound($"Dataset {path[5]}"),
                "delete_dataset" => datasets.TryRemove(path[5], out _) ? (200, []) : NotFound($"Dataset {path[5]}"),
                "list_tables" => ListTables(path[5]),
                "get_table" => GetTable(path[5], path[7]),
                _ => NotFound(string.Join('/', path)),
            };
        }
        catch (SqlFailure failure)
        {
            return (400, Error(400, failure.Reason, failure.Message));
        }
    }

    private async Task<(int, JsonObject)> QueryAsync(JsonObject body, EmulatorFault? fault)
    {
        if (body["useLegacySql"]?.GetValue<bool>() != false)
        {
            return (400, Error(400, "invalidQuery", "Legacy SQL is not spoken here."));
        }
        var jobId = $"job_{Guid.NewGuid():N}";
        if ((string?)body["requestId"] is { } requestId)
        {
            var now = Time.GetUtcNow();
            var known = requests.AddOrUpdate(
                requestId,
                _ => (jobId, now),
                (_, first) => now - first.At > RequestIdsLast ? (jobId, now) : first
            );
            jobId = known.JobId;
        }
        Start(jobId, body, (string?)body["labels"]?["operation"], fault);
        return await ResultsAsync(
            jobId,
            null,
            null,
            body["formatOptions"]?["useInt64Timestamp"]?.GetValue<bool>() == true,
            fault
        );
    }

    private (int, JsonObject) Insert(JsonObject body, EmulatorFault? fault)
    {
        var jobId = (string?)body["jobReference"]?["jobId"] ?? $"job_{Guid.NewGuid():N}";
        var query = body["configuration"]!["query"]!.AsObject();
        if (query["useLegacySql"]?.GetValue<bool>() != false)
        {
            return (400, Error(400, "invalidQuery", "Legacy SQL is not spoken here."));
        }
        if (jobs.ContainsKey(jobId))
        {
            return (409, Error(409, "duplicate", $"Already Exists: Job {jobId}"));
        }
        Start(jobId, query, (string?)body["configuration"]!["labels"]?["operation"], fault);
        return (
            200,
            new JsonObject
            {
                ["jobReference"] = new JsonObject { ["jobId"] = jobId, ["location"] = "US" },
                ["status"] = new JsonObject { ["state"] = "RUNNING" },
            }
        );
    }

    private EmulatedJob Start(string jobId, JsonObject query, string? operation, EmulatorFault? fault)
    {
        var job = jobs.GetOrAdd(
            jobId,
            id => new Lazy<EmulatedJob>(() =>
                new EmulatedJob(
                    id,
                    operation ?? "",
                    (string)query["defaultDataset"]!["datasetId"]!,
                    Task.Run(() => RunAsync(query, fault)),
                    Time.GetUtcNow()
                )
            )
        ).Value;
        if (fault == EmulatorFault.NotReady)
        {
            notReady[jobId] = 1;
        }
        return job;
    }

    private Task<QueryOutcome> RunAsync(JsonObject query, EmulatorFault? fault)
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
        return ScriptRun.ExecuteAsync(engine, found, (string)query["query"]!, [.. parameters]);
    }

    private async Task<(int, JsonObject)> ResultsAsync(
        string jobId,
        string? pageToken,
        string? maxResults,
        bool exactTimes,
        EmulatorFault? fault
    )
    {
        if (!jobs.TryGetValue(jobId, out var job))
        {
            return NotFound($"Job {jobId}");
        }
        var answer = new JsonObject
        {
            ["jobReference"] = new JsonObject { ["jobId"] = jobId, ["location"] = "US" },
        };
        if (notReady.TryRemove(jobId, out _) || fault == EmulatorFault.NotReady)
        {
            answer["jobComplete"] = false;
            return (200, answer);
        }
        var outcome = await job.Value.Done;
        var start = pageToken is null ? 0 : int.Parse(pageToken, CultureInfo.InvariantCulture);
        var count = Math.Min(
            PageRows,
            maxResults is { Length: > 0 } ? int.Parse(maxResults, CultureInfo.InvariantCulture) : PageRows
        );
        answer["jobComplete"] = true;
        answer["totalRows"] = outcome.Rows.Count.ToString(CultureInfo.InvariantCulture);
        answer["totalBytesProcessed"] = Billed(outcome);
        answer["totalBytesBilled"] = Billed(outcome);
        if (!outcome.IsScript && outcome.Uses is [{ Kind: not "SELECT" } change])
        {
            answer["numDmlAffectedRows"] = change.Rows.ToString(CultureInfo.InvariantCulture);
        }
        if (outcome.Columns.Count > 0)
        {
            answer["schema"] = new JsonObject
            {
                ["fields"] = new JsonArray([
                    .. outcome.Columns.Select(column => new JsonObject
                    {
                        ["name"] = column.Name,
                        ["type"] = SqlTypes.LegacyName(column.Type),
                        ["mode"] = column.Type.TypeKind == SqlKind.Array ? "REPEATED" : "NULLABLE",
                    }),
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
                answer["pageToken"] = (start + count).ToString(CultureInfo.InvariantCulture);
            }
        }
        return (200, answer);
    }

    private async Task<(int Status, JsonObject Answer)> GetAsync(string jobId)
    {
        if (!jobs.TryGetValue(jobId, out var job))
        {
            return NotFound($"Job {jobId}");
        }
        var answer = new JsonObject
        {
            ["jobReference"] = new JsonObject { ["jobId"] = jobId, ["location"] = "US" },
        };
        try
        {
            var outcome = await job.Value.Done;
            answer["status"] = new JsonObject { ["state"] = "DONE" };
            answer["statistics"] = new JsonObject
            {
                ["numChildJobs"] = (outcome.IsScript ? outcome.Uses.Count : 0).ToString(CultureInfo.InvariantCulture),
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
        catch (SqlFailure failure)
        {
            answer["status"] = new JsonObject
            {
                ["state"] = "DONE",
                ["errorResult"] = new JsonObject { ["reason"] = failure.Reason, ["message"] = failure.Message },
            };
        }
        return (200, answer);
    }

    private async Task<(int, JsonObject)> ListAsync(string parent)
    {
        if (!jobs.TryGetValue(parent, out var job))
        {
            return NotFound($"Job {parent}");
        }
        var outcome = await job.Value.Done;
        return (
            200,
            new JsonObject
            {
                ["jobs"] = new JsonArray([
                    .. outcome.Uses.Select(
                        (use, nth) =>
                            new JsonObject
                            {
                                ["jobReference"] = new JsonObject { ["jobId"] = $"{parent}_{nth}" },
                                ["statistics"] = new JsonObject
                                {
                                    ["parentJobId"] = parent,
                                    ["query"] = new JsonObject
                                    {
                                        ["statementType"] = use.Kind,
                                        ["totalBytesBilled"] = use.BytesBilled.ToString(CultureInfo.InvariantCulture),
                                    },
                                },
                            }
                    ),
                ]),
            }
        );
    }

    private (int, JsonObject) InsertDataset(string name) =>
        datasets.TryAdd(name, new EmulatedDataset(name))
            ? (200, new JsonObject { ["location"] = "US" })
            : (409, Error(409, "duplicate", $"Already Exists: Dataset {name}"));

    private (int, JsonObject) ListTables(string dataset) =>
        datasets.TryGetValue(dataset, out var found)
            ? (
                200,
                new JsonObject
                {
                    ["tables"] = new JsonArray([
                        .. found.Tables.Keys.Select(table => new JsonObject
                        {
                            ["tableReference"] = new JsonObject { ["datasetId"] = dataset, ["tableId"] = table },
                        }),
                    ]),
                }
            )
            : NotFound($"Dataset {dataset}");

    private (int, JsonObject) GetTable(string dataset, string table) =>
        datasets.TryGetValue(dataset, out var found) && found.Tables.TryGetValue(table, out var state)
            ? (
                200,
                new JsonObject
                {
                    ["numRows"] = state.Rows.Count.ToString(CultureInfo.InvariantCulture),
                    ["schema"] = new JsonObject
                    {
                        ["fields"] = new JsonArray([
                            .. state.Table.Columns.Select(column => new JsonObject
                            {
                                ["name"] = column.Name,
                                ["type"] = SqlTypes.LegacyName(column.Type),
                            }),
                        ]),
                    },
                }
            )
            : NotFound($"Table {dataset}.{table}");

    private static string Billed(QueryOutcome outcome) =>
        outcome.Uses.Sum(use => use.BytesBilled).ToString(CultureInfo.InvariantCulture);

    private static (int, JsonObject) NotFound(string what) => (404, Error(404, "notFound", $"Not found: {what}"));

    private static JsonObject Error(int code, string reason, string message) =>
        new()
        {
            ["error"] = new JsonObject
            {
                ["code"] = code,
                ["message"] = message,
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

    private static Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(answer);
    }
}
