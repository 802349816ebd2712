namespace Scheduler.Core.Quotas;

/// <summary>What a subscription plan allows. Null means unlimited.</summary>
public sealed record Plan(
    string Name,
    int? MaxTeamMembers,
    int? MaxProviders,
    int? MaxPipelinesPerDay,
    int? MaxPipelinesPerMonth,
    int? MaxConcurrentPipelines,
    int MaxApiKeys
);
