using NodaTime;

namespace Scheduler.Core.History;

/// <summary>Which days of a customer to look at: those from a date on that have changed since an instant.</summary>
internal sealed record UsageSpan(string CustomerId, LocalDate FromDate, Instant FromAt);
