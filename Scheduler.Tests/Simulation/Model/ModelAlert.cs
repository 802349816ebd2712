using NodaTime;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>Something an operator is told of; of one rule and subject only one fires at a time.</summary>
internal sealed record ModelAlert(string Rule, string Subject, string? CustomerId, string Message, Instant FiredAt)
{
    public Instant? ResolvedAt { get; set; }
}
