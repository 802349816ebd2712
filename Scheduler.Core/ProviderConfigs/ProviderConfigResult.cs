using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.ProviderConfigs;

/// <summary>What became of a request to make or change a provider configuration.</summary>
public abstract record ProviderConfigResult
{
    private ProviderConfigResult() { }

    public sealed record Done(ProviderConfig Config) : ProviderConfigResult;

    /// <summary>No such customer, or no such configuration of it.</summary>
    public sealed record NotFound : ProviderConfigResult;

    /// <summary>The customer has one for this provider and domain.</summary>
    public sealed record Exists : ProviderConfigResult;

    /// <param name="Part">The cron part that is wrong, or <c>timezone</c>.</param>
    public sealed record WrongSchedule(string Part, string Message) : ProviderConfigResult;

    public sealed record WrongParameters(IReadOnlyList<ParameterError> Errors) : ProviderConfigResult;
}
