namespace Scheduler.Api.Endpoints;

/// <summary>
/// Collects what is mapped and makes its endpoints once. Groups make theirs anew for whoever asks, and two do while the API starts:
/// the matcher and the cache of policies. Making them is a fifth of a start.
/// </summary>
internal sealed class EndpointsMadeOnce(IEndpointRouteBuilder routes) : IEndpointRouteBuilder
{
    public IServiceProvider ServiceProvider => routes.ServiceProvider;

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    public IApplicationBuilder CreateApplicationBuilder() => routes.CreateApplicationBuilder();

    /// <summary>Hands over all that was mapped; nothing is served before.</summary>
    public void Add() => routes.DataSources.Add(new CompositeEndpointDataSource(DataSources));
}
