using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Extensions;
using Scheduler.Core.Net;
using Scheduler.Core.Pipelines.Extract;
using Scheduler.Core.Pipelines.Providers.Limits;
using Scheduler.Core.Retry;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>
/// One run's calls to one provider: paced, tried again within bounds, and read within bounds. Messages are this product's
/// own; of an answer they show the status and a code.
/// </summary>
public sealed partial class ProviderSession(
    ProviderProfile profile,
    HttpMessageHandler handler,
    ProviderLimits limits,
    ProviderOptions options,
    ExtractRequest request,
    TimeProvider timeProvider,
    Random random
) : IDisposable
{
    private readonly RateKey key = new(request.CustomerId, profile.Name, profile.Account);
    private readonly IClock clock = timeProvider.ToClock();

    private readonly HttpClient client = new(handler)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private Duration waited = Duration.Zero;
    private long bytes;

    public string Provider => profile.Name;

    public ProviderEndpoint Endpoint => profile.Endpoint;

    /// <summary>Guards one listing of this session against paging without end.</summary>
    public PageGuard Pages { get; } = new(profile.Name, options.MaxPages);

    /// <summary>Sends one call and returns its answer: 200 with JSON, or one that the provider calls empty.</summary>
    /// <param name="make">Makes the request; asked again for every try.</param>
    /// <exception cref="PipelineException">The call failed, and trying again here would take too long or not help.</exception>
    /// <exception cref="RestartPagingException">The page token has become invalid.</exception>
    public Task<ProviderAnswer> SendAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make,
        CancellationToken cancellationToken
    ) => SendAsync(make, file: null, cancellationToken);

    /// <summary>Sends one call and writes what it is answered with to a file; an answer that is called empty writes none.</summary>
    /// <param name="make">Makes the request; asked again for every try.</param>
    /// <param name="file">Where to; replaced by every try.</param>
    /// <exception cref="PipelineException">The call failed for good; what is not JSON is no fault here.</exception>
    public Task<ProviderAnswer> DownloadAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make,
        string file,
        CancellationToken cancellationToken
    ) => SendAsync(make, file, cancellationToken);

    private async Task<ProviderAnswer> SendAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make,
        string? file,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            await TakeTurnAsync(cancellationToken);
            var (answer, failure) = await TryAsync(make, file, cancellationToken);
            if (answer is not null)
            {
                return answer;
            }
            if (failure!.ErrorType == ErrorType.RateLimitExceeded && failure.RetryAfter is { } pause)
            {
                await limits.PauseAsync(key, profile.Rate, pause, cancellationToken);
            }
            var delay = CallRetry.Delay(
                failure.ErrorType,
                failure.RetryAfter,
                tries,
                waited,
                request.RunTimeout,
                random
            );
            if (delay is not { } wait)
            {
                throw failure;
            }
            waited += wait;
            request.Meter.CountWait(wait);
            await Task.Delay(wait.ToTimeSpan(), timeProvider, cancellationToken);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>A turn that comes only after the run's end is the queue's to wait for.</summary>
    private async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetCurrentInstant();
        var left = Duration.Max(Duration.Zero, request.EndsAt - began);
        if (await limits.WaitAsync(key, profile.Rate, left, cancellationToken) is { } wait)
        {
            throw new PipelineException(
                ErrorType.RateLimitExceeded,
                $"The customer's calls to {profile.Name} are at their limit for longer than the run has left.",
                wait
            );
        }
        request.Meter.CountWait(clock.GetCurrentInstant() - began);
    }

    private async Task<(ProviderAnswer?, PipelineException?)> TryAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make,
        string? file,
        CancellationToken cancellationToken
    )
    {
        request.Meter.CountCall();
        using var call = new ProviderCall(profile.Name, timeProvider);
        using var patience = new CancellationTokenSource(request.CallTimeout.ToTimeSpan(), timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var message = await make(either.Token);
            message.Headers.UserAgent.ParseAdd("Scheduler");
            call.Began(message);
            using var response = await client.SendAsync(
                message,
                HttpCompletionOption.ResponseHeadersRead,
                either.Token
            );
            call.Answered(response.StatusCode);
            return file is not null && response.StatusCode == HttpStatusCode.OK
                ? (await SaveAsync(response, file, either.Token), null)
                : Judge(response.Content.Headers, await ReadAsync(response, either.Token));
        }
        catch (Exception) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, Failure(ErrorType.Timeout, $"took longer than {request.CallTimeout.TotalSeconds:0} s"));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && Network(exception) is { } fault)
        {
            return (null, fault);
        }
    }

    private (ProviderAnswer?, PipelineException?) Judge(HttpContentHeaders headers, ProviderAnswer answer)
    {
        var status = (int)answer.Status;
        if (status is >= 300 and < 400)
        {
            return (null, Failure(ErrorType.InvalidConfiguration, $"answered {status}; redirects are not followed"));
        }
        if (answer.Status != HttpStatusCode.OK)
        {
            var fault = profile.Classify(answer);
            var code = fault.Code is { } text && ErrorCode().IsMatch(text) ? $" ({text})" : "";
            var message = $"{profile.Name} answered {status}{code}.";
            return fault switch
            {
                { IsEmpty: true } => (answer with { Json = default, IsEmpty = true }, null),
                { RestartsPaging: true } => throw new RestartPagingException(message),
                { RenewsCredentials: true } => throw new CredentialsExpiredException(message),
                _ => (null, new PipelineException(fault.ErrorType, message, fault.Wait)),
            };
        }
        if (headers.ContentType?.MediaType is not { } type || !profile.MediaTypes.Contains(type))
        {
            return (
                null,
                Failure(
                    ErrorType.SchemaDrift,
                    $"answered 200 with another content type than {string.Join(" or ", profile.MediaTypes)}"
                )
            );
        }
        return answer.Json.ValueKind == JsonValueKind.Undefined
            ? (null, Failure(ErrorType.SchemaDrift, "answered 200 with what is no JSON"))
            : (answer, null);
    }

    private async Task<ProviderAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            throw Failure(ErrorType.SchemaDrift, "answered with compressed content, which was not asked for");
        }
        using var body = new MemoryStream();
        await CopyAsync(response, body, "one response", options.MaxResponseBytes, cancellationToken);
        return new ProviderAnswer
        {
            Status = response.StatusCode,
            Headers = response.Headers,
            LastModified = response.Content.Headers.LastModified,
            Json = Parsed(body.GetBuffer().AsSpan(0, (int)body.Length)),
            Length = body.Length,
            ReceivedAt = timeProvider.GetUtcNow(),
        };
    }

    private async Task<ProviderAnswer> SaveAsync(
        HttpResponseMessage response,
        string file,
        CancellationToken cancellationToken
    )
    {
        await using var target = File.Create(file);
        await CopyAsync(response, target, "a file", options.MaxRunBytes, cancellationToken);
        return new ProviderAnswer
        {
            Status = response.StatusCode,
            Headers = response.Headers,
            LastModified = response.Content.Headers.LastModified,
            Length = target.Length,
            ReceivedAt = timeProvider.GetUtcNow(),
        };
    }

    private async Task CopyAsync(
        HttpResponseMessage response,
        Stream target,
        string what,
        long most,
        CancellationToken cancellationToken
    )
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[1 << 16];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes += count;
            if (target.Position + count > most)
            {
                throw TooLarge(what, most);
            }
            if (bytes > options.MaxRunBytes)
            {
                throw TooLarge("all responses of a run", options.MaxRunBytes);
            }
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private static JsonElement Parsed(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.IsEmpty ? default : JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Null for what is no fault of the network.</summary>
    private PipelineException? Network(Exception exception) =>
        exception switch
        {
            PipelineException known => known,
            _ when BlockedDestinationException.In(exception) is { } blocked => new(
                ErrorType.InvalidConfiguration,
                blocked.Message
            ),
            HttpRequestException { InnerException: AuthenticationException } => Failure(
                ErrorType.InvalidConfiguration,
                "has no certificate that is trusted here for its name"
            ),
            TimeoutException or { InnerException: TimeoutException } => Failure(
                ErrorType.Timeout,
                $"could not be connected to within {GuardedHttp.ConnectWithin.TotalSeconds:0} s"
            ),
            HttpRequestException => Failure(ErrorType.TransientNetwork, "could not be reached"),
            IOException => Failure(ErrorType.TransientNetwork, "sent an answer that was cut short"),
            _ => null,
        };

    private PipelineException TooLarge(string what, long most) =>
        Failure(ErrorType.InvalidConfiguration, $"sent more than {most} bytes, the most that {what} may have");

    private PipelineException Failure(ErrorType type, string what) => new(type, $"{profile.Name} {what}.");

    // Words such as rateLimitExceeded, invalid_grant or 429; never a sentence, which might quote the request.
    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex ErrorCode();
}
