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
        var routes = new EndpointsMadeOnce(app);
        routes.MapHealth();
        routes.MapMetrics();
        routes.MapApiDocument();
        routes.MapSchedules();
        routes.MapTrigger();
        routes.MapQueue();
        routes.MapStatus();
        routes.MapAlerts();
        routes.MapPipelines();
        routes.MapBackfills();
        routes.MapSearch();
        routes.MapBulks();
        routes.MapForecast();
        routes.MapRuns();
        routes.MapCredentials();
        routes.MapProviderConfigs();
        routes.MapOnboarding(options);
        routes.MapAudit();
        routes.MapImport(options);
        routes.MapCustomers();
        routes.MapSubscriptions();
        routes.MapApiKeys();
        routes.MapTeam();
        routes.MapEmbedLinks();
        routes.MapDashboard();
        routes.MapEmbedding(options);
        routes.Add();
    }
}
