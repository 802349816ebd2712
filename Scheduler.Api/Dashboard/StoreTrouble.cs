using Scheduler.Api.Dashboard.Pages;
using Scheduler.Api.Hosting;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>A page instead of a problem document while the store cannot be reached.</summary>
internal sealed class StoreTrouble(ILogger<StoreTrouble> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (StorageUnavailableException failure)
        {
            LogMessages.StorageUnavailable(logger, failure);
        }
        catch (StoreBusyException)
        {
            LogMessages.StoreBusy(logger);
        }
        return new PageResult<MessagePage>(
            new MessageModel(
                "The store does not answer",
                "Nothing can be shown, and nothing was changed, until it does.",
                "This page tries again by itself; GET /health/ready tells the same to your monitoring."
            ),
            StatusCodes.Status503ServiceUnavailable
        );
    }
}
