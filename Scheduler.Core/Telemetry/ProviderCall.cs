using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Scheduler.Core.Telemetry;

/// <summary>
/// One call to a provider, until it is disposed of: a client span by the conventions for HTTP
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client) and a measurement. Of the address the query is left out: it may
/// hold a signature.
/// </summary>
internal sealed class ProviderCall(string provider, TimeProvider time) : IDisposable
{
    private readonly long began = time.GetTimestamp();
    private Activity? span;
    private int? status;

    public void Began(HttpRequestMessage message)
    {
        span = RunSpans.Call(message.Method.Method);
        if (span is null || message.RequestUri is not { IsAbsoluteUri: true } address)
        {
            return;
        }
        span.SetTag("http.request.method", message.Method.Method);
        span.SetTag("server.address", address.IdnHost);
        span.SetTag("server.port", address.Port);
        span.SetTag(
            "url.full",
            address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        );
        span.SetTag(SpanNames.Provider, provider);
    }

    public void Answered(HttpStatusCode code)
    {
        status = (int)code;
        span?.SetTag("http.response.status_code", status);
        if (status >= 400)
        {
            span?.SetTag(SpanNames.ErrorType, status.Value.ToString(CultureInfo.InvariantCulture));
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    public void Dispose()
    {
        if (status is null)
        {
            span?.SetTag(SpanNames.ErrorType, "no_answer");
            span?.SetStatus(ActivityStatusCode.Error);
        }
        span?.Dispose();
        ProviderInstruments.Count(provider, status, time.GetElapsedTime(began));
    }
}
