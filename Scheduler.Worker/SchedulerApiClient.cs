using Microsoft.Extensions.DependencyInjection;
using Refit;
using Scheduler.Core.Contracts;

namespace Scheduler.Worker;

/// <summary>The API over HTTP.</summary>
internal static class SchedulerApiClient
{
    /// <summary>
    /// Registers <see cref="ISchedulerApi"/> and <see cref="IPaceApi"/>. Nothing of a request is logged, because its headers carry
    /// the key; redirects are not followed, because they would carry it elsewhere.
    /// </summary>
    public static IServiceCollection AddSchedulerApi(this IServiceCollection services, WorkerSettings settings)
    {
        Configure(services.AddRefitGeneratedClient<ISchedulerApi>(Settings()), settings);
        Configure(services.AddRefitGeneratedClient<IPaceApi>(Settings()), settings);
        return services;
    }

    private static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(WireJson.Options));

    private static void Configure(IHttpClientBuilder builder, WorkerSettings settings) =>
        builder
            .ConfigureHttpClient(client =>
            {
                client.BaseAddress = settings.ApiUrl;
                // Each call has its own limit (WorkerLoop, Heartbeater, ResultBatcher, ProviderLimits).
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.Add(settings.KeyHeader, settings.Key);
                client.DefaultRequestHeaders.Add("User-Agent", "Scheduler.Worker");
            })
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    ConnectTimeout = TimeSpan.FromSeconds(5),
                    // The client lives as long as the process: connections are renewed so that DNS changes are seen.
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                }
            )
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers()
            .AddLeaseProtocolResilience();
}
