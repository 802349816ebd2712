using NodaTime;

namespace Scheduler.Core.Alerts;

/// <summary>An alert that has fired and is not resolved.</summary>
/// <param name="Rule">E.g. QUOTA_EXCEEDED, SCHEDULE_SET_ASIDE, QUEUE_LENGTH.</param>
/// <param name="Subject">What it is about: a usage day, a pipeline, the system.</param>
public sealed record FiringAlert(string Rule, string Subject, string? CustomerId, string Message, Instant FiredAt);
