using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scheduler.Core.Contracts;

namespace Scheduler.Api.Commands.Cli;

/// <summary>
/// Calls of a running API. Answers are read by the names of their fields, so that a command works with an API of another version as far as
/// what it shows is there.
/// </summary>
internal sealed class CliApi : IDisposable
{
    private const int PageSize = 200;

    private readonly HttpClient http;
    private readonly string address;

    /// <param name="address">An http or https address, perhaps with a path.</param>
    public CliApi(Uri address, CliKey? key, HttpMessageHandler? handler)
    {
        this.address = address.AbsoluteUri.TrimEnd('/');
        // Redirects are not followed: they would carry the key elsewhere.
        http = handler is null
            ? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
            : new HttpClient(handler, disposeHandler: false);
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.UserAgent.ParseAdd("Scheduler.Cli");
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add(key.Header, key.Value);
        }
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken token) =>
        await JsonAsync(await SendAsync(HttpMethod.Get, path, null, [], token), token);

    /// <param name="body">Sent as JSON; null sends none.</param>
    public async Task<JsonElement> PostAsync(
        string path,
        object? body,
        CancellationToken token,
        params (string Name, string Value)[] headers
    )
    {
        using var content = body is null
            ? null
            : new StringContent(
                JsonSerializer.Serialize(body, WireJson.Options),
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json")
            );
        return await JsonAsync(await SendAsync(HttpMethod.Post, path, content, headers, token), token);
    }

    /// <summary>Sends a body as it is, and returns the answer once it begins.</summary>
    public Task<HttpResponseMessage> StreamAsync(string path, HttpContent content, CancellationToken token) =>
        SendAsync(HttpMethod.Post, path, content, [], token);

    /// <summary>The entries of a list, page by page.</summary>
    /// <param name="query">Pairs whose value is null are left out.</param>
    /// <param name="most">Most entries.</param>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(
        string path,
        IEnumerable<(string Name, string? Value)> query,
        int most,
        CancellationToken token
    )
    {
        var entries = new List<JsonElement>();
        string? next = Query([.. query, ("limit", $"{Math.Min(most, PageSize)}")]);
        while (next is not null && entries.Count < most)
        {
            var answer = await SendAsync(HttpMethod.Get, path + next, null, [], token);
            next = NextQuery(answer);
            entries.AddRange((await JsonAsync(answer, token)).EnumerateArray());
        }
        return entries.Count > most ? entries.GetRange(0, most) : entries;
    }

    public static string Query(params IEnumerable<(string Name, string? Value)> pairs)
    {
        var given = pairs.Where(pair => pair.Value is not null).ToList();
        return given.Count == 0
            ? ""
            : $"?{string.Join('&', given.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"))}";
    }

    /// <summary>A part of a path, whatever letters it has.</summary>
    public static string Part(string text) => Uri.EscapeDataString(text);

    public void Dispose() => http.Dispose();

    /// <exception cref="CliFailure">The API cannot be reached, or did not do it.</exception>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        IEnumerable<(string Name, string Value)> headers,
        CancellationToken token
    )
    {
        using var request = new HttpRequestMessage(method, address + path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        }
        catch (HttpRequestException failure)
        {
            throw new CliFailure($"The API at {address} cannot be reached: {failure.Message}");
        }
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }
        using (answer)
        {
            throw new CliFailure(await ExplainAsync(answer, token));
        }
    }

    /// <summary>What the problem says, and below it what is wrong with which field.</summary>
    private static async Task<string> ExplainAsync(HttpResponseMessage answer, CancellationToken token)
    {
        var status = (int)answer.StatusCode;
        try
        {
            var problem = JsonSerializer.Deserialize<ProblemResponse>(
                await answer.Content.ReadAsStringAsync(token),
                WireJson.Options
            );
            if (problem is not null)
            {
                var fields = (problem.Errors ?? new Dictionary<string, IReadOnlyList<string>>()).SelectMany(field =>
                    field.Value.Select(message => $"\n  {field.Key}: {message}")
                );
                return $"{problem.Detail} ({problem.ErrorCode}, request {problem.RequestId}){string.Concat(fields)}";
            }
        }
        catch (JsonException)
        {
            // A proxy's page, or another program's answer.
        }
        return $"The API answered {status}, and not in its own words: is the address right?";
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer, CancellationToken token)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(token);
            try
            {
                return text.Length == 0 ? default : JsonElement.Parse(text);
            }
            catch (JsonException)
            {
                throw new CliFailure("The answer is no JSON: is the address that of the API?");
            }
        }
    }

    /// <summary>From the link to the next page its query alone: the path is known, and a proxy in front may have changed it.</summary>
    private static string? NextQuery(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links)
        && links.FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal)) is { } next
        && next.IndexOf('?', StringComparison.Ordinal) is > 0 and var begin
        && next.IndexOf('>', StringComparison.Ordinal) is var end
        && end > begin
            ? next[begin..end]
            : null;
}
