using System.Reflection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Metadata;

namespace Scheduler.Api.Paging;

/// <summary>
/// One page of a list: a JSON array, and while another page follows its address in the Link header (rel="next"), as an
/// absolute path with the other query parameters kept.
/// </summary>
public sealed class Page<T> : IResult, IStatusCodeHttpResult, IEndpointMetadataProvider
{
    private readonly string? next;

    internal Page(IReadOnlyList<T> items, string? next) => (Items, this.next) = (items, next);

    public IReadOnlyList<T> Items { get; }

    public int? StatusCode => StatusCodes.Status200OK;

    /// <summary>Called by the framework for the endpoint's description.</summary>
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T[]), ["application/json"])
        );

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (next is not null)
        {
            httpContext.Response.Headers.Link = $"<{NextAddress(httpContext.Request, next)}>; rel=\"next\"";
        }
        return httpContext.Response.WriteAsJsonAsync(Items, httpContext.RequestAborted);
    }

    private static string NextAddress(HttpRequest request, string cursor)
    {
        var query = new QueryBuilder(
            request.Query.Where(parameter =>
                !string.Equals(parameter.Key, "cursor", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            { "cursor", cursor },
        };
        return UriHelper.BuildRelative(request.PathBase, request.Path, query.ToQueryString());
    }
}
