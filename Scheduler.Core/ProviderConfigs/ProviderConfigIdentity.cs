namespace Scheduler.Core.ProviderConfigs;

/// <summary>What never changes of a provider configuration.</summary>
public sealed record ProviderConfigIdentity(string ConfigId, string CustomerId, string Provider, string Domain);
