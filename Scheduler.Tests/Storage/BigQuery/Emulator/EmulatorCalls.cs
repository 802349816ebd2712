using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Scheduler.Tests.Storage.BigQuery.Emulator;

/// <summary>An emulator with one empty dataset, and its API called as any client would call it.</summary>
internal sealed class EmulatorCalls : IAsyncDisposable
{
    public const string DatasetName = "lab";

    private const string Project = "bigquery/v2/projects/test-project";

    private readonly HttpClient http;

    private EmulatorCalls(BigQueryEmulator emulator)
    {
        Emulator = emulator;
        http = new HttpClient { BaseAddress = emulator.Address };
    }

    public BigQueryEmulator Emulator { get; }

    public EmulatedDataset Dataset => Emulator.Dataset(DatasetName);

    public static async Task<EmulatorCalls> StartAsync(TimeProvider? time = null)
    {
        var calls = new EmulatorCalls(await BigQueryEmulator.StartAsync(time));
        var (status, _) = await calls.CreateDatasetAsync(DatasetName);
        Assert.That(status, Is.EqualTo(200));
        return calls;
    }

    /// <summary>A parameter as REST wants it; a null value has no text.</summary>
    public static JsonObject Parameter(string name, string type, string? value) =>
        new()
        {
            ["name"] = name,
            ["parameterType"] = new JsonObject { ["type"] = type },
            ["parameterValue"] = value is null ? [] : new JsonObject { ["value"] = value },
        };

    public Task<(int Status, JsonObject Body)> CreateDatasetAsync(string name, string location = "US") =>
        PostAsync(
            "datasets",
            new JsonObject
            {
                ["datasetReference"] = new JsonObject { ["datasetId"] = name },
                ["location"] = location,
            }
        );

    /// <summary>jobs.query, with exact times.</summary>
    public Task<(int Status, JsonObject Body)> QueryAsync(
        string text,
        JsonArray? parameters = null,
        string? requestId = null,
        bool exactTimes = true
    )
    {
        var request = Query(text, parameters);
        request["formatOptions"] = new JsonObject { ["useInt64Timestamp"] = exactTimes };
        if (requestId is not null)
        {
            request["requestId"] = requestId;
        }
        return PostAsync("queries", request);
    }

    /// <summary>jobs.insert.</summary>
    public Task<(int Status, JsonObject Body)> InsertAsync(string jobId, string text, string? timeoutMs = null)
    {
        var configuration = new JsonObject { ["query"] = Query(text, null) };
        if (timeoutMs is not null)
        {
            configuration["jobTimeoutMs"] = timeoutMs;
        }
        return PostAsync(
            "jobs",
            new JsonObject
            {
                ["jobReference"] = new JsonObject { ["jobId"] = jobId },
                ["configuration"] = configuration,
            }
        );
    }

    public async Task<(int Status, JsonObject Body)> GetAsync(string path)
    {
        using var response = await http.GetAsync(new Uri($"{Project}/{path}", UriKind.Relative));
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
    }

    public async Task<int> DeleteAsync(string path)
    {
        using var response = await http.DeleteAsync(new Uri($"{Project}/{path}", UriKind.Relative));
        return (int)response.StatusCode;
    }

    public async Task<(int Status, JsonObject Body)> PatchAsync(string path, JsonObject body)
    {
        using var response = await http.PatchAsJsonAsync(new Uri($"{Project}/{path}", UriKind.Relative), body);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
    }

    /// <summary>jobs.query with what a test wants to say beside the text.</summary>
    public Task<(int Status, JsonObject Body)> QueryWithAsync(string text, string field, JsonNode value)
    {
        var request = Query(text, null);
        request[field] = value;
        return PostAsync("queries", request);
    }

    /// <summary>jobs.cancel, as it is sent: without a body.</summary>
    public async Task<(int Status, JsonObject Body)> CancelAsync(string jobId)
    {
        using var response = await http.PostAsync(new Uri($"{Project}/jobs/{jobId}/cancel", UriKind.Relative), null);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
    }

    /// <summary>Executes what must succeed.</summary>
    /// <returns>The cells of the last SELECT, row by row, as text; null is null.</returns>
    public async Task<string?[][]> RunAsync(string text, params JsonObject[] parameters)
    {
        var (status, body) = await QueryAsync(text, [.. parameters]);
        Assert.That(status, Is.EqualTo(200), body.ToJsonString());
        return Rows(body);
    }

    /// <summary>Executes what must fail.</summary>
    /// <returns>Reason and message.</returns>
    public async Task<(string Reason, string Message)> RefusedAsync(string text)
    {
        var (status, body) = await QueryAsync(text);
        Assert.That(status, Is.EqualTo(400), body.ToJsonString());
        return ErrorOf(body);
    }

    public static (string Reason, string Message) ErrorOf(JsonObject body)
    {
        var error = body["error"]!["errors"]![0]!;
        return ((string)error["reason"]!, (string)error["message"]!);
    }

    /// <summary>Rows as <see cref="RunAsync"/> answers them.</summary>
    public static string?[][] Table(params string?[][] rows) => rows;

    public static string?[][] Rows(JsonObject body) =>
        [
            .. (body["rows"] as JsonArray ?? []).Select(row =>
                row!["f"]!.AsArray().Select(cell => Text(cell!["v"])).ToArray()
            ),
        ];

    /// <summary>The number in the only cell of a query.</summary>
    public async Task<long> NumberAsync(string query) =>
        long.Parse((await RunAsync(query))[0][0]!, CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Emulator.DisposeAsync();
    }

    private static string? Text(JsonNode? cell) => cell is null or JsonValue ? (string?)cell : cell.ToJsonString();

    private static JsonObject Query(string text, JsonArray? parameters) =>
        new()
        {
            ["query"] = text,
            ["useLegacySql"] = false,
            ["parameterMode"] = "NAMED",
            ["queryParameters"] = parameters ?? [],
            ["defaultDataset"] = new JsonObject { ["datasetId"] = DatasetName },
        };

    public async Task<(int Status, JsonObject Body)> PostAsync(string path, JsonObject body)
    {
        using var response = await http.PostAsJsonAsync(new Uri($"{Project}/{path}", UriKind.Relative), body);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>())!);
    }
}
