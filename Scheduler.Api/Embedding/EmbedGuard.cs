using NodaTime;
using Scheduler.Api.Dashboard;
using Scheduler.Api.Dashboard.Pages;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Embedding;

/// <summary>Lets in whoever has a link that this system has signed, that is not over, of a customer that may look.</summary>
internal sealed class EmbedGuard(EmbedLinks links, CustomerStore customers, IClock clock) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (links.Read(http.Request.Query[EmbedLink.TokenQuery], clock.GetCurrentInstant()) is not { } link)
        {
            return Refused;
        }
        // As the API refuses the customer's key; the same answer as to a wrong link.
        if (await customers.StandingAsync(link.CustomerId, http.RequestAborted) is not { IsRunnable: true })
        {
            return Refused;
        }
        http.Features.Set(link);
        return await next(context);
    }

    private static PageResult<MessagePage> Refused =>
        new(
            new MessageModel(
                "This link is not valid",
                "It has ended, was changed, or was never handed out here.",
                "Load the page that it came from again: it asks for a new one."
            ),
            StatusCodes.Status403Forbidden
        );
}
