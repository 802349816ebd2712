using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NodaTime;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>One answer, whole and within bounds.</summary>
public sealed record ProviderAnswer
{
    // A server may not put a run off for ever.
    private static readonly Duration LongestWait = Duration.FromDays(1);

    public required HttpStatusCode Status { get; init; }
    public required HttpResponseHeaders Headers { get; init; }

    /// <summary>The body, or an undefined element when it is no JSON.</summary>
    public JsonElement Json { get; init; }

    /// <summary>Bytes of the body.</summary>
    public required long Length { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When the server says that what it sent was changed last.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>True for an answer without data.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>The wait that <c>Retry-After</c> asks for, as seconds or as a date (RFC 9110, 10.2.3); at most a day.</summary>
    public Duration? RetryAfter =>
        Headers.RetryAfter switch
        {
            { Delta: { } delta } => Bounded(delta),
            { Date: { } date } => Bounded(date - ReceivedAt),
            _ => null,
        };

    /// <summary>A header of whole seconds; null when it is absent or no number.</summary>
    public Duration? Seconds(string header) =>
        Headers.TryGetValues(header, out var values) && long.TryParse(values.First(), out var seconds) && seconds >= 0
            ? Duration.Min(LongestWait, Duration.FromSeconds(Math.Min(seconds, 86_400)))
            : null;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.First() : null;

    // A record's own text would print the body.
    public override string ToString() => $"{nameof(ProviderAnswer)} {(int)Status}";

    private static Duration Bounded(TimeSpan wait) =>
        Duration.Min(LongestWait, Duration.Max(Duration.Zero, Duration.FromTimeSpan(wait)));
}
