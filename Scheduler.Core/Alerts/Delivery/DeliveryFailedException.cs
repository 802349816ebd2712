using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>The sink has not taken a delivery.</summary>
/// <param name="message">Why, for operators: no secret, no address with one, nothing that the other side wrote unasked.</param>
/// <param name="retryAfter">The wait that the sink asked for.</param>
/// <param name="cause">For the type of what happened only; its text may hold what must not be shown.</param>
public sealed class DeliveryFailedException(string message, Duration? retryAfter = null, Exception? cause = null)
    : Exception(message, cause)
{
    public Duration? RetryAfter { get; } = retryAfter;
}
