using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Scheduler.Worker;

/// <summary>
/// Quick retries below the worker's own back-off: heartbeats and results may be sent twice without harm, and a dropped
/// connection should not cost a third of a lease. A claim is never repeated here: the answer that was lost may have
/// held leases.
/// </summary>
internal static class Resilience
{
    public const int Retries = 2;
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(4);

    public static void AddLeaseProtocolResilience(this IHttpClientBuilder client) =>
        client.AddResilienceHandler(
            "lease-protocol",
            (pipeline, context) =>
            {
                pipeline.TimeProvider = context.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
                var random = new Random();
                var gate = new Lock();
                pipeline
                    .AddRetry(
                        new RetryStrategyOptions<HttpResponseMessage>
                        {
                            MaxRetryAttempts = Retries,
                            Delay = TimeSpan.FromMilliseconds(200),
                            BackoffType = DelayBackoffType.Exponential,
                            UseJitter = true,
                            Randomizer = () =>
                            {
                                lock (gate)
                                {
                                    return random.NextDouble();
                                }
                            },
                            ShouldHandle = arguments =>
                                ValueTask.FromResult(MayRepeat(arguments.Context) && IsTransient(arguments.Outcome)),
                        }
                    )
                    .AddTimeout(
                        new TimeoutStrategyOptions
                        {
                            TimeoutGenerator = arguments =>
                                ValueTask.FromResult(
                                    MayRepeat(arguments.Context) ? TryLimit : Timeout.InfiniteTimeSpan
                                ),
                        }
                    );
            }
        );

    private static bool MayRepeat(ResilienceContext context) =>
        context.GetRequestMessage()?.RequestUri?.AbsolutePath is { } path
        && (
            path.EndsWith("/heartbeat", StringComparison.Ordinal) || path.EndsWith("/results", StringComparison.Ordinal)
        );

    // An answer that says when to come back is left to the worker's own back-off, which heeds it.
    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome switch
        {
            { Exception: HttpRequestException or TimeoutRejectedException } => true,
            { Result: { Headers.RetryAfter: null } response } => response.StatusCode
                is HttpStatusCode.RequestTimeout
                    or >= HttpStatusCode.InternalServerError,
            _ => false,
        };
}
