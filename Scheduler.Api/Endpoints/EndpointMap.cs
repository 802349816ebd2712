using Scheduler.Api.Dashboard;
using Scheduler.Api.Embedding;
using Scheduler.Api.Hosting;
using Scheduler.Api.Settings;

namespace Scheduler.Api.Endpoints;

/// <summary>Everything that the API answers to, a line a resource.</summary>
internal static class EndpointMap
{
    public static void MapEndpoints(this WebApplication app, ApiOptions options)
    {
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocument();
        app.MapSchedules();
        app.MapTrigger();
        app.MapQueue();
        app.MapStatus();
        app.MapAlerts();
        app.MapPipelines();
        app.MapBackfills();
        app.MapSearch();
        app.MapBulks();
        app.MapForecast();
        app.MapRuns();
        app.MapCredentials();
        app.MapProviderConfigs();
        app.MapOnboarding(options);
        app.MapAudit();
        app.MapImport(options);
        app.MapCustomers();
        app.MapSubscriptions();
        app.MapApiKeys();
        app.MapTeam();
        app.MapEmbedLinks();
        app.MapDashboard();
        app.MapEmbedding(options);
    }
}
