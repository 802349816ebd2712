using System.Text;
using System.Web;
using Scheduler.Core.Pipelines.Providers;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Types;
using WireMock.Util;

namespace Scheduler.Tests.Pipelines.Providers.Servers;

/// <summary>
/// Stands in for a provider's API: pages what it was given, refuses what the real one would, and misbehaves when told to.
/// What it had to complain about fails the test.
/// </summary>
internal abstract class FakeProvider : IDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<ResponseMessage?> faults = new();
    private readonly WireMockServer server = WireMockServer.Start();
    private readonly List<string> complaints = [];

    protected FakeProvider()
    {
        server.Given(Request.Create()).RespondWith(Response.Create().WithCallback(Answer));
        ProviderEndpoint.TryParse(server.Url!, out var endpoint);
        Endpoint = endpoint!;
    }

    public ProviderEndpoint Endpoint { get; }

    /// <summary>Items of one page at most, whatever the caller allows.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Every page names a next one, each with a new token.</summary>
    public bool IsEndless { get; set; }

    /// <summary>Every page names the same next one.</summary>
    public bool RepeatsToken { get; set; }

    public IReadOnlyList<string> Complaints => complaints;

    public IReadOnlyList<IRequestMessage> Calls =>
        [.. server.LogEntries.Select(entry => entry.RequestMessage!).Where(IsData)];

    public IReadOnlyList<IRequestMessage> AllCalls => [.. server.LogEntries.Select(entry => entry.RequestMessage!)];

    /// <summary>The next call gets this answer instead.</summary>
    public FakeProvider Fail(int status, string body, params (string Name, string Value)[] headers)
    {
        lock (gate)
        {
            faults.Enqueue(Reply(status, body, headers));
        }
        return this;
    }

    /// <summary>The next call is answered as it should be.</summary>
    public FakeProvider Succeed()
    {
        lock (gate)
        {
            faults.Enqueue(null);
        }
        return this;
    }

    /// <summary>Every call gets this answer.</summary>
    public void FailAlways(int status, string body, params (string Name, string Value)[] headers)
    {
        for (var call = 0; call < 50; call++)
        {
            Fail(status, body, headers);
        }
    }

    public void Dispose() => server.Dispose();

    /// <summary>Whether a call is for data, and not for a token.</summary>
    protected virtual bool IsData(IRequestMessage request) => true;

    protected abstract ResponseMessage Handle(IRequestMessage request);

    /// <summary>What the real service would not have accepted.</summary>
    protected void Complain(string complaint) => complaints.Add(complaint);

    protected void Expect(string what, object? actual, object? expected)
    {
        if (!Equals(actual, expected))
        {
            Complain($"{what} is '{actual}', not '{expected}'");
        }
    }

    protected static string? Header(IRequestMessage request, string name) =>
        request.Headers!.TryGetValue(name, out var values) ? values.Single() : null;

    protected static IReadOnlyList<string> Parameter(IRequestMessage request, string name) =>
        HttpUtility.ParseQueryString(request.RawQuery ?? "").GetValues(name) ?? [];

    protected static ResponseMessage Json(string body) => Reply(200, body);

    protected static ResponseMessage Reply(int status, string body, params (string Name, string Value)[] headers) =>
        Reply(status, Encoding.UTF8.GetBytes(body), headers);

    protected static ResponseMessage Reply(int status, byte[] body, params (string Name, string Value)[] headers)
    {
        var all = headers.ToDictionary(
            header => header.Name,
            header => new WireMockList<string>(header.Value),
            StringComparer.OrdinalIgnoreCase
        );
        all.TryAdd("Content-Type", new WireMockList<string>("application/json"));
        return new ResponseMessage
        {
            StatusCode = status,
            Headers = all,
            BodyData = new BodyData { DetectedBodyType = BodyType.Bytes, BodyAsBytes = body },
        };
    }

    /// <summary>The slice of a list for a token, and the token of the next one.</summary>
    protected (IEnumerable<T> Items, string? Next) Slice<T>(IReadOnlyList<T> items, string? token, int allowed)
    {
        var number = token is null ? 0 : int.Parse(token.Split('-')[^1]);
        var from = IsEndless || RepeatsToken ? 0 : number;
        var size = Math.Min(PageSize, allowed);
        var next =
            RepeatsToken ? "page-7"
            : IsEndless || from + size < items.Count ? $"page-{(IsEndless ? number + 1 : from + size)}"
            : null;
        return (items.Skip(from).Take(size), next);
    }

    private ResponseMessage Answer(IRequestMessage request)
    {
        lock (gate)
        {
            if (IsData(request) && faults.TryDequeue(out var fault) && fault is not null)
            {
                return fault;
            }
            try
            {
                return Handle(request);
            }
            catch (Exception exception)
            {
                Complain($"{request.Method} {request.Url}: {exception.GetType().Name} {exception.Message}");
                return Reply(418, "{}");
            }
        }
    }
}
