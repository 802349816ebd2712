using System.Net;
using Refit;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>The pace without a socket: what pipelines in the API's own process ask. A store that is down comes out as its exception.</summary>
public sealed class PaceDeskApi(PaceDesk desk) : IPaceApi
{
    private static readonly RefitSettings Settings = new();

    public async Task<ApiResponse<PaceResponse>> PaceAsync(PaceRequest request, CancellationToken cancellationToken) =>
        new(
            new HttpRequestMessage(),
            new HttpResponseMessage(HttpStatusCode.OK),
            await desk.TakeAsync(request, cancellationToken),
            Settings
        );
}
