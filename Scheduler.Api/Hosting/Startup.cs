using NodaTime;
using NodaTime.Extensions;
using Scheduler.Api.Audit;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard;
using Scheduler.Api.Errors;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;

namespace Scheduler.Api.Hosting;

/// <summary>The parts of the process that every endpoint shares, and the order in which a request meets them.</summary>
internal static class Startup
{
    public static void AddShell(this WebApplicationBuilder builder, ApiOptions options)
    {
        builder.Logging.AddConsoleLogs(options);
        builder.AddServerLimits(options);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(
            ShiftedTime.Create(builder.Configuration[ShiftedTime.Variable], builder.Environment.IsDevelopment())
        );
        services.AddSingleton<IClock>(provider => provider.GetRequiredService<TimeProvider>().ToClock());
        services.ConfigureHttpJsonOptions(json => WireJson.Configure(json.SerializerOptions));
        services.AddSingleton<Readiness>();
        services.AddProblems();
        services.AddAccess();
        services.AddRateLimits(options.RateLimits);
        services.AddApiDocument();
        builder.AddMetrics(options);
        services.AddDashboard();
    }

    /// <summary>Authentication comes before the rate limits, which count by caller; authorization after them.</summary>
    public static void UseShell(this WebApplication app)
    {
        app.UseForwardedAddress(app.Services.GetRequiredService<ApiOptions>());
        app.UseMiddleware<RequestTrace>();
        app.UseSecurityHeaders();
        app.UseMiddleware<AuditMiddleware>();
        app.UseProblems();
        app.UseEmptyBodies();
        app.UsePlainQueries();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
    }
}
