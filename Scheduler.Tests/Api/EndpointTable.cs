using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Tests.Api;

/// <summary>What the running application answers to, from its own table.</summary>
internal static class EndpointTable
{
    /// <summary>The endpoints that the document describes.</summary>
    public static IReadOnlyList<RouteEndpoint> Of(ApiHost host)
    {
        _ = host.CreateClient();
        return
        [
            .. host
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint =>
                    endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription != true
                ),
        ];
    }

    public static string Method(this RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET";

    /// <summary><c>GET /api/v1/customers/{id}</c>.</summary>
    public static string Title(this RouteEndpoint endpoint) =>
        $"{endpoint.Method()} /{endpoint.RoutePattern.RawText!.Trim('/')}";

    /// <summary>A path of the endpoint with a value for each of its places.</summary>
    public static string Path(this RouteEndpoint endpoint, Func<string, string> value) =>
        string.Concat(
            endpoint.RoutePattern.PathSegments.Select(segment =>
                "/"
                + string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
                            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart place => value(place.Name),
                            _ => "",
                        }
                    )
                )
            )
        );
}
