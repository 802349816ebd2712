using NodaTime;

namespace Scheduler.Core.Storage;

/// <summary>
/// Gives every operation its one <c>now</c>: the database's own clock, so that all instances agree, unless a clock was handed
/// in (tests, simulation).
/// </summary>
public sealed class OperationClock(ISqlEngine engine, IClock? fixedClock = null)
{
    private static readonly SqlOperation Now = new("clock", "now");

    /// <summary>What to pass as <c>@now</c> to a script that can ask the database itself: null in production.</summary>
    public Instant? ForScript => fixedClock?.GetCurrentInstant().ToMicroseconds();

    /// <summary>Reads the time once, for operations whose decisions are made before their script.</summary>
    public async ValueTask<Instant> ReadAsync(CancellationToken cancellationToken) =>
        ForScript ?? await engine.SingleAsync(Now, new SqlArguments(), row => row.At("now"), cancellationToken);
}
