using Scheduler.Core.Pipelines.Providers.Limits;

namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>What the shared HTTP path has to know of a provider.</summary>
public sealed record ProviderProfile
{
    /// <summary>As messages name it.</summary>
    public required string Name { get; init; }

    /// <summary>The one address that is called.</summary>
    public required ProviderEndpoint Endpoint { get; init; }

    /// <summary>How fast one customer may call it.</summary>
    public required RatePolicy Rate { get; init; }

    /// <summary>What the provider counts calls by, where that is narrower than the customer.</summary>
    public string Account { get; init; } = "";

    /// <summary>Says what an answer other than 200 means.</summary>
    public required Func<ProviderAnswer, ProviderFault> Classify { get; init; }

    /// <summary>Media types of a right answer.</summary>
    public IReadOnlyList<string> MediaTypes { get; init; } = ["application/json"];

    /// <summary>Signs requests; null where headers do.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wrap { get; init; }
}
