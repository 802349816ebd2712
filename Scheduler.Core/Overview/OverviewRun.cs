using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Overview;

/// <summary>A run with whose it is.</summary>
/// <param name="Moment">What its list is ordered by: when it ended, was leased, or becomes claimable.</param>
public sealed record OverviewRun(Run Run, string PipelineName, string CompanyName, Instant Moment);
