using Scheduler.Core.Overview;

namespace Scheduler.Api.Dashboard.Pages;

/// <summary>Runs of all customers.</summary>
/// <param name="Show">running, waiting, failed or ended.</param>
/// <param name="Next">The cursor of the next page.</param>
public sealed record RunsModel(string Show, IReadOnlyList<OverviewRun> Runs, ListOrder Order, string? Next)
{
    public static readonly IReadOnlyList<(string Show, string Name, string About)> Tabs =
    [
        ("failed", "Failed", "Failed, or cancelled while running, in the last seven days."),
        ("running", "Running", "Leased to a worker now."),
        ("waiting", "Waiting", "In the queue."),
        ("ended", "Ended", "Ended in the last seven days."),
    ];
}
