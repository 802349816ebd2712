using System.Threading.RateLimiting;
using Scheduler.Api.Auth;
using Scheduler.Api.Errors;
using Scheduler.Api.Settings;
using Scheduler.Core.Security;

namespace Scheduler.Api.RateLimits;

/// <summary>
/// Limits per customer key and, for requests without a usable key, per address. Admin and worker keys have none: their
/// traffic is the system's own.
/// </summary>
/// <remarks>Each process counts for itself. Runs after authentication, which is why guessed keys have a limit of their own.</remarks>
public static class RateLimiting
{
    private const string OpenCalls = "open-calls";

    public static IServiceCollection AddRateLimits(this IServiceCollection services, RateLimitOptions limits) =>
        services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => All(context, limits));
            options.AddPolicy(
                OpenCalls,
                context =>
                    CurrentCaller.Of(context).Kind is CallerKind.Admin or CallerKind.Worker
                        ? RateLimitPartition.GetNoLimiter("machine")
                        : Limited($"open:{Address(context)}", limits.OpenCalls)
            );
            options.OnRejected = static (rejected, _) =>
            {
                TimeSpan? wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : null;
                return new(
                    SchedulerProblem.Create(ErrorCode.RateLimited, retryAfter: wait).ExecuteAsync(rejected.HttpContext)
                );
            };
        });

    /// <summary>The tighter limit per address of the calls that need no key but cost work.</summary>
    public static TBuilder LimitOpenCalls<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.RequireRateLimiting(OpenCalls);

    private static RateLimitPartition<string> All(HttpContext context, RateLimitOptions limits)
    {
        var caller = CurrentCaller.Of(context);
        return caller switch
        {
            { Kind: CallerKind.Admin or CallerKind.Worker } or { Identity.Tier: RateLimitTier.Unlimited } =>
                RateLimitPartition.GetNoLimiter("unlimited"),
            { Identity.Tier: RateLimitTier.Elevated } => Limited($"key:{caller.KeyId}", limits.ElevatedKey),
            { Identity: not null } => Limited($"key:{caller.KeyId}", limits.StandardKey),
            _ => Limited($"address:{Address(context)}", limits.Address),
        };
    }

    private static RateLimitPartition<string> Limited(string name, int perMinute) =>
        RateLimitPartition.GetTokenBucketLimiter(name, _ => Bucket.PerMinute(perMinute));

    private static string Address(HttpContext context) => AddressPartition.Of(context.Connection.RemoteIpAddress);
}
