namespace Scheduler.Core.Datasets;

/// <summary>The table of a customer's dataset that a load goes into.</summary>
public enum LoadTable
{
    /// <summary><c>cost_daily</c>.</summary>
    Costs,

    /// <summary>
    /// <c>findings_daily</c>: what a source found on a day. Its lines are staged in the columns of costs: the count as billed cost, and so
    /// on.
    /// </summary>
    Findings,
}
