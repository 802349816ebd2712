using Scheduler.Core.Contracts;

namespace Scheduler.Core.Runs;

/// <summary>What brought a run into being.</summary>
[WireCase(upper: false)]
public enum TriggeredBy
{
    CloudScheduler,
    Manual,
    Retry,
    Api,
    Backfill,
}
