namespace Scheduler.Api.Endpoints;

/// <summary>
/// Collects what is mapped and makes its endpoints once. Groups make theirs anew for whoever asks, and several do at the first call
/// (the matcher, the cache of policies), for the most part of what a start costs.
/// </summary>
internal sealed class EndpointsMadeOnce(IEndpointRouteBuilder routes) : IEndpointRouteBuilder
{
    public IServiceProvider ServiceProvider => routes.ServiceProvider;

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    public IApplicationBuilder CreateApplicationBuilder() => routes.CreateApplicationBuilder();

    /// <summary>Hands over all that was mapped.</summary>
    public void Add() => routes.DataSources.Add(new CompositeEndpointDataSource(DataSources));
}
