using NodaTime;

namespace Scheduler.Core.Duties;

/// <summary>Who holds a duty, by the database's clock.</summary>
/// <param name="Term">Rises by one whenever the holder changes.</param>
/// <param name="ExpiresAt">Then anybody may take it.</param>
/// <param name="Now">The time of the answer.</param>
public sealed record DutyLease(string Holder, long Term, Instant ExpiresAt, Instant Now);
