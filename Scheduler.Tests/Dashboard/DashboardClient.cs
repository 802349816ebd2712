using System.Net;
using Microsoft.AspNetCore.Mvc.Testing;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Dashboard;

/// <summary>A browser without a browser: keeps cookies, follows nothing by itself.</summary>
internal sealed class DashboardClient(ApiHost host) : IDisposable
{
    private readonly HttpClient http = host.CreateClient(
        new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true }
    );

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(
        string path,
        IEnumerable<(string Name, string Value)> fields,
        params (string Name, string Value)[] headers
    ) =>
        SendAsync(
            HttpMethod.Post,
            path,
            new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
            headers
        );

    public Task<HttpResponseMessage> SignInAsync(string key = ApiHost.AdminKey, string? to = null) =>
        PostAsync("/dashboard/sign-in", to is null ? [("key", key)] : [("key", key), ("to", to)]);

    /// <summary>The proof that the session's forms carry.</summary>
    public async Task<string> ProofAsync()
    {
        var page = await (await GetAsync("/dashboard/templates")).Content.ReadAsStringAsync();
        var mark = "name=\"form_proof\" value=\"";
        var start = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return WebUtility.HtmlDecode(page[start..page.IndexOf('"', start)]);
    }

    public void Dispose() => http.Dispose();

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        (string Name, string Value)[] headers
    )
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return http.SendAsync(request);
    }
}
