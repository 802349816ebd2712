using System.Globalization;

namespace Scheduler.Core.Failpoints;

/// <summary>
/// A wall clock that is wrong by as many seconds as a file says, which may change while the process runs. Timers and elapsed time go on
/// as ever, as they do where somebody sets the clock of a machine.
/// </summary>
public sealed class ShiftedTime : TimeProvider
{
    /// <summary>Path of the file; only the Development environment accepts it.</summary>
    public const string Variable = "SCHEDULER_CLOCK_SHIFT";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private readonly string file;
    private readonly Lock gate = new();
    private long lookedAt;
    private TimeSpan shift;

    private ShiftedTime(string file)
    {
        this.file = file;
        shift = Read();
        lookedAt = GetTimestamp();
    }

    /// <summary>The system's clock where there is no such setting, or this is not Development, where the start is refused for it.</summary>
    public static TimeProvider Create(string? file, bool isDevelopment) =>
        isDevelopment && !string.IsNullOrWhiteSpace(file) ? new ShiftedTime(file.Trim()) : System;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            if (GetElapsedTime(lookedAt) >= LookEvery)
            {
                lookedAt = GetTimestamp();
                var before = shift;
                shift = Read();
                if (shift != before)
                {
                    // For the test, that its change was seen.
                    File.WriteAllText($"{file}.seen", $"{shift.TotalSeconds}");
                }
            }
            return System.GetUtcNow() + shift;
        }
    }

    private TimeSpan Read()
    {
        try
        {
            return double.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : shift;
        }
        catch (IOException)
        {
            return shift;
        }
    }
}
