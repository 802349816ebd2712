using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Hosting;
using Scheduler.Api.RateLimits;
using Scheduler.Api.Settings;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Embedding;

/// <summary>A customer's own pages: to look at, by a signed link, in a frame of a site that the settings name.</summary>
internal static class EmbedPages
{
    public const string Root = "/embed";
    private const int MostRuns = 100;
    private static readonly Duration History = Duration.FromDays(90);

    public static void MapEmbedding(this IEndpointRouteBuilder app, ApiOptions options)
    {
        var pages = app.MapGroup(Root)
            .AllowAnonymous()
            // Judged by the link. Refusals are counted like those of any other call.
            .WithMetadata(
                new AccessDeclaration([CallerKind.Customer], "a signed link"),
                ContentPolicy.Embedded(options.FrameAncestors)
            )
            .LimitOpenCalls()
            .ExcludeFromDescription()
            .AddEndpointFilter<StoreTrouble>()
            .AddEndpointFilter<EmbedGuard>();
        pages.MapGet("", CustomerAsync);
        pages.MapGet("/pipelines/{config_id}", PipelineAsync);
    }

    private static EmbedLink LinkOf(HttpContext http) =>
        http.Features.Get<EmbedLink>() ?? throw new InvalidOperationException("The guard has let nobody in.");

    private static async Task<IResult> CustomerAsync(
        HttpContext http,
        string? sort,
        string? cursor,
        CustomerReading reading,
        CancellationToken cancellation
    ) =>
        await reading.ReadAsync(LinkOf(http).CustomerId, sort, cursor, cancellation) is { } model
            ? new PageResult<EmbedCustomerPage>(model)
            : NotFound();

    private static async Task<IResult> PipelineAsync(
        HttpContext http,
        string config_id,
        PipelineConfigStore configs,
        RunStore runs,
        CustomerStore customers,
        CancellationToken cancellation
    )
    {
        var id = LinkOf(http).CustomerId;
        if (
            await configs.GetAsync(id, config_id, cancellation) is not { } config
            || await customers.StandingAsync(id, cancellation) is not { } standing
        )
        {
            return NotFound();
        }
        var newest = await runs.ListOfPipelineAsync(
            id,
            config_id,
            standing.Now - History,
            after: null,
            oldestFirst: false,
            MostRuns,
            cancellation
        );
        return new PageResult<EmbedPipelinePage>(
            PipelinePages.Compose(config, standing.CompanyName, newest, standing.Now)
        );
    }

    private static PageResult<MessagePage> NotFound() => new(MessagePage.NotFound, StatusCodes.Status404NotFound);
}
