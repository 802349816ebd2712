using System.Globalization;
using NodaTime;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Embedding;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>Hands an operator a link to a customer's own page.</summary>
internal static class EmbedLinkControl
{
    public static void MapEmbedLinkControl(this IEndpointRouteBuilder app)
    {
        app.MapGet("/customers/{id}/embed-link", ConfirmAsync);
        app.MapPost("/customers/{id}/embed-link", MakeAsync);
    }

    private static async Task<IResult> ConfirmAsync(
        string id,
        CustomerStore customers,
        CancellationToken cancellation
    ) =>
        await customers.StandingAsync(id, cancellation) is { } standing
            ? new PageResult<ConfirmPage>(
                new ConfirmModel
                {
                    Title = $"A link to the page of {standing.CompanyName}?",
                    Consequences =
                    [
                        "Whoever has it sees this customer's pipelines, runs, quota and costs, and can change nothing.",
                        "It is good for the time below and cannot be taken back before; it is written down in the audit trail that it was made.",
                    ],
                    Action = "Make the link",
                    Path = $"{DashboardPaths.Customer(id)}/embed-link",
                    Back = DashboardPaths.Customer(id),
                    Fields = ConfirmFields.Link,
                }
            )
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);

    private static async Task<IResult> MakeAsync(
        string id,
        HttpContext http,
        EmbedLinkMaking making,
        CurrentCaller caller,
        CancellationToken cancellation
    )
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var minutes =
            int.TryParse(form["minutes"], CultureInfo.InvariantCulture, out var asked) && asked == 60 ? 60 : 15;
        return await making.MakeAsync(id, Duration.FromMinutes(minutes), caller.AsActor(), cancellation) is { } link
            ? new PageResult<LinkPage>(
                new LinkModel(
                    id,
                    $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}{EmbedPages.Root}{link.Query(theme: null)}",
                    link.Until
                )
            )
            : new PageResult<MessagePage>(MessagePage.NotFound, StatusCodes.Status404NotFound);
    }
}
