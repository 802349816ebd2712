using Microsoft.AspNetCore.Mvc;
using Scheduler.Api.Errors;
using Scheduler.Api.Paging;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;

namespace Scheduler.Api.Endpoints;

/// <summary>Which pipelines the operators look for.</summary>
/// <param name="Search">A part of the customer's id or company, the template or the name, in any case; 1 to 200 characters.</param>
/// <param name="Provider">In upper case: AWS.</param>
/// <param name="State">off, paused, failing or active.</param>
internal sealed record PipelineQuery(
    [FromQuery(Name = "search")] string? Search,
    [FromQuery(Name = "provider")] string? Provider,
    [FromQuery(Name = "state")] string? State
)
{
    private const int Longest = 200;

    /// <summary>Null and the filter, or what is wrong.</summary>
    /// <param name="page">Which page of the list.</param>
    /// <param name="filter">Only meaningful without a problem.</param>
    public SchedulerProblem? Read(PageQuery page, out PipelineFilter filter)
    {
        filter = new PipelineFilter { Limit = 0 };
        if (page.Read(parts: 5, out var start) is { } problem)
        {
            return problem;
        }
        if (Search is { Length: 0 or > Longest } || Search?.Any(char.IsControl) == true)
        {
            return Wrong($"search must have 1 to {Longest} characters, and no control characters.");
        }
        PipelineState? state = null;
        if (State is not null)
        {
            if (!Wire.TryParse(State, out PipelineState parsed))
            {
                return Wrong($"state must be one of {string.Join(", ", Wire.Words<PipelineState>())}.");
            }
            state = parsed;
        }
        filter = new PipelineFilter
        {
            Search = Search,
            Provider = Provider,
            State = state,
            After = start.After,
            Limit = start.Limit,
        };
        return null;
    }

    private static SchedulerProblem Wrong(string detail) => SchedulerProblem.Create(ErrorCode.InvalidQuery, detail);
}
