using System.Net;
using System.Text;

namespace Scheduler.Tests.Api.Cli;

/// <summary>Answers calls from a list, one after the other, and keeps what was asked.</summary>
internal sealed class AnsweringHandler(params (HttpStatusCode Status, string Body)[] answers) : HttpMessageHandler
{
    private int next;

    /// <summary>Method and address of each call, and its body.</summary>
    public List<(string Call, string Body)> Calls { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Calls.Add(($"{request.Method} {request.RequestUri!.PathAndQuery}", body));
        var answer = answers[Math.Min(next++, answers.Length - 1)];
        return new HttpResponseMessage(answer.Status)
        {
            Content = new StringContent(answer.Body, Encoding.UTF8, "application/json"),
        };
    }
}
