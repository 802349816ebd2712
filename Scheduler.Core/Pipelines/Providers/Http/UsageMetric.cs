namespace Scheduler.Core.Pipelines.Providers.Http;

/// <summary>One counter of a usage report, which becomes a row of its own.</summary>
/// <param name="Name">As the report has it, or what it is computed to be.</param>
/// <param name="Unit">What is counted.</param>
internal sealed record UsageMetric(string Name, string Unit);
