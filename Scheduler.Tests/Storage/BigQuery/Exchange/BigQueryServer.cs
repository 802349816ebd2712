using System.Text.Json.Nodes;
using Scheduler.Core.Datasets.BigQuery;
using Scheduler.Core.Storage.BigQuery;
using Scheduler.Tests.Support;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Types;
using WireMock.Util;

namespace Scheduler.Tests.Storage.BigQuery.Exchange;

/// <summary>Answers each kind of call with what a test has laid ready, the last of it again and again; knows nothing of SQL.</summary>
internal sealed class BigQueryServer : IDisposable
{
    public const string Root = "/bigquery/v2/projects/acme-billing-1";

    private readonly WireMockServer server = WireMockServer.Start();
    private readonly Dictionary<string, Queue<(int Status, string Body)>> answers = [];

    public BigQueryServer()
    {
        foreach (
            var (name, method, path) in new[]
            {
                ("query", "POST", $"{Root}/queries"),
                ("insert", "POST", $"{Root}/jobs"),
                ("results", "GET", $"{Root}/queries/*"),
                ("get", "GET", $"{Root}/jobs/*"),
                ("cancel", "POST", $"{Root}/jobs/*/cancel"),
                ("dataset", "POST", $"{Root}/datasets"),
                ("tables", "GET", $"{Root}/datasets/*/tables"),
                ("delete", "DELETE", $"{Root}/datasets/*"),
            }
        )
        {
            answers[name] = new();
            server
                .Given(Request.Create().UsingMethod(method).WithPath(path))
                .RespondWith(Response.Create().WithCallback(_ => Next(name)));
        }
        var options = new BigQueryOptions
        {
            Project = "acme-billing-1",
            Dataset = "scheduler_eu",
            Location = "europe-west3",
            Endpoint = new Uri(server.Url!),
            MaximumBytesBilled = 5L << 30,
        };
        Engine = new BigQueryEngine(options, Time, new Random(3));
        Datasets = new BigQueryDatasets(options, Time, new Random(3));
    }

    public BigQueryEngine Engine { get; }

    public BigQueryDatasets Datasets { get; }

    /// <summary>Pauses between tries pass at once.</summary>
    public SteppedTime Time { get; } = new(StoreHarness.Start.ToDateTimeOffset());

    /// <summary>Runs what waits for virtual time.</summary>
    public async Task<T> RunAsync<T>(Task<T> work)
    {
        await Time.RunAsync(work);
        return await work;
    }

    public BigQueryServer On(string call, string body, int status = 200)
    {
        answers[call].Enqueue((status, body));
        return this;
    }

    /// <summary>An error as Google writes it.</summary>
    public BigQueryServer Fail(string call, int status, string reason, string message = "canary")
    {
        var one = new JsonObject
        {
            ["domain"] = "global",
            ["reason"] = reason,
            ["message"] = message,
        };
        var error = new JsonObject
        {
            ["code"] = status,
            ["message"] = message,
            ["errors"] = new JsonArray(one),
        };
        return On(call, new JsonObject { ["error"] = error }.ToJsonString(), status);
    }

    /// <summary>The calls so far, e.g. <c>POST queries</c>, with the job's id for one of a job.</summary>
    public IReadOnlyList<IRequestMessage> Calls => [.. server.LogEntries.Select(entry => entry.RequestMessage!)];

    public IReadOnlyList<string> Lines =>
        [.. Calls.Select(call => $"{call.Method} {Words(call.Path[(Root.Length + 1)..].Split('/'))}")];

    public JsonObject Body(int call) => JsonNode.Parse(Calls[call].Body!)!.AsObject();

    public string Parameter(int call, string name) => Calls[call].Query![name].Single();

    public void Dispose() => server.Dispose();

    private static string Words(string[] path) => path.Length > 2 ? $"{path[0]} {path[2]}" : path[0];

    private ResponseMessage Next(string call)
    {
        lock (answers)
        {
            var queue = answers[call];
            var (status, body) = queue.Count switch
            {
                0 => (599, $"Nobody expected a call of '{call}'."),
                1 => queue.Peek(),
                _ => queue.Dequeue(),
            };
            return new ResponseMessage
            {
                StatusCode = status,
                BodyData = new BodyData { DetectedBodyType = BodyType.String, BodyAsString = body },
            };
        }
    }
}
