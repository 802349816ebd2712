namespace Scheduler.Core.Pipelines.Providers.Limits;

/// <summary>Whose calls share a limit.</summary>
/// <param name="CustomerId">The customer.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Account">What the provider counts by, where that is narrower than the customer: an Azure tenant.</param>
public sealed record RateKey(string CustomerId, string Provider, string Account = "");
