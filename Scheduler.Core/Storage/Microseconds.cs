using NodaTime;

namespace Scheduler.Core.Storage;

/// <summary>The store's resolution: whole microseconds since 1970-01-01T00:00:00Z.</summary>
public static class Microseconds
{
    /// <summary>9999-12-31T23:59:59.999999Z, the last instant there is: stands for "never" in columns that must not be null.</summary>
    public static Instant Never { get; } = FromMicroseconds(253_402_300_799_999_999);

    /// <summary>0001-01-01T00:00:00Z, the first instant that every store has.</summary>
    public static Instant First { get; } = Instant.FromUtc(1, 1, 1, 0, 0);

    /// <summary>Cuts off what the store cannot hold.</summary>
    public static Instant ToMicroseconds(this Instant instant) => FromMicroseconds(instant.Micros());

    public static long Micros(this Instant instant)
    {
        var ticks = instant.ToUnixTimeTicks();
        return ticks >= 0 ? ticks / 10 : -((-ticks + 9) / 10);
    }

    public static Instant FromMicroseconds(long micros) => Instant.FromUnixTimeTicks(micros * 10);
}
