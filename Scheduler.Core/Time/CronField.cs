namespace Scheduler.Core.Time;

/// <summary>One of the five fields of an expression: its name on the wire and the values it may hold.</summary>
internal sealed record CronField(string Name, int Minimum, int Maximum)
{
    public static readonly CronField Minute = new("minute", 0, 59);
    public static readonly CronField Hour = new("hour", 0, 23);
    public static readonly CronField DayOfMonth = new("day_of_month", 1, 31) { IsDay = true };

    public static readonly CronField Month = new("month", 1, 12)
    {
        Names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    };

    public static readonly CronField DayOfWeek = new("day_of_week", 0, 6)
    {
        IsDay = true,
        SundayIsAlsoSeven = true,
        Names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    };

    public static readonly IReadOnlyList<CronField> All = [Minute, Hour, DayOfMonth, Month, DayOfWeek];

    /// <summary>The names of the values from <see cref="Minimum"/> on; empty when the field has none.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    public bool IsDay { get; private init; }

    public bool SundayIsAlsoSeven { get; private init; }

    /// <summary>The largest number that may be written; one above <see cref="Maximum"/> for weekdays.</summary>
    public int MaximumWritten => SundayIsAlsoSeven ? Maximum + 1 : Maximum;

    /// <summary>The values in words, for messages.</summary>
    public string Values =>
        (SundayIsAlsoSeven, Names.Count) switch
        {
            (true, _) => "a number from 0 to 7 (0 and 7 are Sunday) or a name from SUN to SAT",
            (_, > 0) => $"a number from {Minimum} to {Maximum} or a name from {Names[0]} to {Names[^1]}",
            _ => $"a number from {Minimum} to {Maximum}",
        };
}
