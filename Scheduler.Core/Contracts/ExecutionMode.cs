namespace Scheduler.Core.Contracts;

/// <summary>Who executes a claimed item: the API itself (inline) or the caller (lease).</summary>
[WireCase(upper: false)]
public enum ExecutionMode
{
    Inline,
    Lease,
}
