using Scheduler.Core.Pipelines.Templates;

namespace Scheduler.Core.Scheduling;

/// <summary>What became of a request to make or change a pipeline.</summary>
public abstract record ConfigureResult
{
    private ConfigureResult() { }

    /// <param name="IsNew">False when a pipeline with the same provider, domain, template and name was changed.</param>
    public sealed record Done(PipelineConfig Config, bool IsNew) : ConfigureResult;

    public sealed record NoSuchCustomer : ConfigureResult;

    /// <param name="Message">Which one, and what there is instead.</param>
    public sealed record UnknownTemplate(string Message) : ConfigureResult;

    /// <param name="Part">The cron part that is wrong, or <c>timezone</c>.</param>
    public sealed record WrongSchedule(string Part, string Message) : ConfigureResult;

    public sealed record WrongParameters(IReadOnlyList<ParameterError> Errors) : ConfigureResult;

    /// <param name="Message">Why the named credential cannot be used.</param>
    public sealed record WrongCredential(string Message) : ConfigureResult;

    /// <summary>The provider has several active credentials and the pipeline names none.</summary>
    public sealed record AmbiguousCredential : ConfigureResult;

    /// <param name="Most">How many pipelines a customer may have.</param>
    public sealed record TooMany(int Most) : ConfigureResult;
}
