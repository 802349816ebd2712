using System.Net;
using System.Net.Sockets;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Net;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>
/// Posts to one URL of the deployment's settings: to addresses that were checked, without redirects, proxy or cookies. Of the answer
/// only the status and the wait it asks for are looked at; its body is not read.
/// </summary>
public sealed class WebPost(GuardedHttp http, OutboundTarget target, TimeProvider time) : IDisposable
{
    private readonly HttpClient client = http.CreateClient(target.Find);

    /// <exception cref="DeliveryFailedException">Nothing was connected to, or the answer was none of 2xx.</exception>
    public async Task SendAsync(
        HttpContent content,
        IReadOnlyList<(string Name, string Value)> headers,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Address) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        try
        {
            using var response = await client.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken
            );
            if (!response.IsSuccessStatusCode)
            {
                throw new DeliveryFailedException(Reason(response.StatusCode), RetryAfter(response));
            }
        }
        catch (Exception exception)
            when (exception is HttpRequestException or IOException or SocketException or TimeoutException)
        {
            throw new DeliveryFailedException(Reason(exception), cause: exception);
        }
    }

    public void Dispose() => client.Dispose();

    private static string Reason(HttpStatusCode status) =>
        (int)status is >= 300 and < 400
            ? $"Answered with status {(int)status}; redirects are not followed."
            : $"Answered with status {(int)status}.";

    /// <summary>In words of its own: an exception's text may name the URL, which is a secret.</summary>
    private static string Reason(Exception exception) =>
        BlockedDestinationException.In(exception) is not null ? "The host has an address that must not be connected to."
        : exception is TimeoutException || exception.InnerException is TimeoutException ? "No connection in time."
        : exception is HttpRequestException { HttpRequestError: var error and not HttpRequestError.Unknown }
            ? $"Could not be reached ({error})."
        : "The connection failed.";

    private Duration? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? asked?.Date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait.Value.ToDuration() : null;
    }
}
