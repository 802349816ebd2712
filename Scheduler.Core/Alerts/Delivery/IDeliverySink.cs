namespace Scheduler.Core.Alerts.Delivery;

/// <summary>One way to tell somebody.</summary>
public interface IDeliverySink
{
    SinkKind Kind { get; }

    /// <summary>Returns when the other side has taken it.</summary>
    /// <exception cref="DeliveryFailedException">It has not; another attempt may succeed.</exception>
    Task SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken);
}
