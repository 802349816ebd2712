using Scheduler.Api.Errors;

namespace Scheduler.Api.Bodies;

/// <summary>A body of any type, for the filter that answers the refused ones.</summary>
internal interface IBody
{
    /// <summary>What to answer instead of running the handler; null for a valid body.</summary>
    SchedulerProblem? Refusal { get; }
}
