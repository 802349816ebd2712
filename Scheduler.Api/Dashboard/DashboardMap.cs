using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Embedding;
using Scheduler.Api.Hosting;

namespace Scheduler.Api.Dashboard;

/// <summary>The operators' pages.</summary>
internal static class DashboardMap
{
    public static IServiceCollection AddDashboard(this IServiceCollection services) =>
        services
            .AddSingleton<SessionTokens>()
            .AddSingleton<PageFrames>()
            .AddSingleton<Snapshots>()
            .AddSingleton<DatasetLook>()
            .AddSingleton<CustomerReading>()
            .AddSingleton<EmbedLinks>()
            .AddSingleton<EmbedLinkMaking>();

    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        app.MapAssets();
        app.MapSignIn();
        var pages = app.MapGroup(DashboardPaths.Root)
            .RequireSession()
            .WithMetadata(ContentPolicy.Dashboard)
            .ExcludeFromDescription()
            .AddEndpointFilter<SessionRenewal>()
            .AddEndpointFilter<FormGuard>()
            .AddEndpointFilter<StoreTrouble>();
        pages.MapPost("/sign-out", SignInEndpoints.SignOut);
        pages.MapPost("/theme", ChangeThemeAsync);
        pages.MapOverviewPages();
        pages.MapRunPages();
        pages.MapPipelinePages();
        pages.MapCustomerPages();
        pages.MapSystemPages();
        pages.MapAlertPages();
        pages.MapPipelineControls();
        pages.MapRunControls();
        pages.MapBackfillControls();
        pages.MapBulkControls();
        pages.MapAlertControls();
        pages.MapEmbedLinkControl();
    }

    private static async Task<IResult> ChangeThemeAsync(HttpContext http, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        http.Response.Cookies.Append(
            PageFrames.ThemeCookie,
            PageFrames.Theme(form["theme"]),
            new CookieOptions
            {
                Path = DashboardPaths.Root,
                MaxAge = TimeSpan.FromDays(365),
                SameSite = SameSiteMode.Strict,
                HttpOnly = true,
            }
        );
        return new SeeOther(DashboardPaths.Own(form["to"]));
    }
}
