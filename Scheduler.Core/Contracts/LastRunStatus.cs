namespace Scheduler.Core.Contracts;

/// <summary>How a pipeline's latest finished run ended.</summary>
[WireCase(upper: true)]
public enum LastRunStatus
{
    Success,
    Failed,
    Skipped,
}
