namespace Scheduler.Core.Alerts.Delivery;

/// <summary>Tells this process's senders that there is something to send. Safe for concurrent use.</summary>
public sealed class DeliverySignal
{
    private long raised = 1;

    /// <summary>How often it was raised; once at the start, when nobody knows what waits.</summary>
    public long Raised => Interlocked.Read(ref raised);

    public void Raise() => Interlocked.Increment(ref raised);
}
