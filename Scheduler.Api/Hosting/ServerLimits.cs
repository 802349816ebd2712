using System.Net;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Scheduler.Api.Errors;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Hosting;

/// <summary>What the server spends on one connection and one call at most.</summary>
public static class ServerLimits
{
    /// <summary>Calls that plan whole batches (trigger): an hour and some to answer.</summary>
    public const string Batch = "batch";

    /// <summary>Calls that wait for work (60 s) and for a run's end (process-queue, 540 s), and some time to answer.</summary>
    public const string LongPoll = "long-poll";

    public static void AddServerLimits(this WebApplicationBuilder builder, ApiOptions options)
    {
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.AddRequestTimeouts(timeouts =>
        {
            timeouts.DefaultPolicy = Timeout(30);
            timeouts.AddPolicy(Batch, Timeout(3_700));
            timeouts.AddPolicy(LongPoll, Timeout(620));
        });
    }

    private static RequestTimeoutPolicy Timeout(int seconds) =>
        new()
        {
            Timeout = TimeSpan.FromSeconds(seconds),
            WriteTimeoutResponse = context => SchedulerProblem.Create(ErrorCode.ServerTimeout).ExecuteAsync(context),
        };

    /// <summary>In Development the loopback addresses only: the process has a generated key and open onboarding.</summary>
    private static void Configure(KestrelServerOptions kestrel, ApiOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        if (!options.IsDevelopment)
        {
            kestrel.ListenAnyIP(options.Port);
        }
        else if (options.Port == 0)
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
        }
        else
        {
            kestrel.ListenLocalhost(options.Port);
        }
    }
}
