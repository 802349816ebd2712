using CsCheck;

namespace Scheduler.Tests.Time;

/// <summary>Generates valid expressions of every form the grammar has.</summary>
internal static class CronGen
{
    private static readonly string[] Months =
    [
        "JAN",
        "feb",
        "Mar",
        "APR",
        "may",
        "Jun",
        "JUL",
        "aug",
        "Sep",
        "OCT",
        "nov",
        "Dec",
    ];

    private static readonly string[] Weekdays = ["SUN", "mon", "Tue", "WED", "thu", "Fri", "SAT"];

    public static readonly Gen<string> Minute = Field(0, 59);
    public static readonly Gen<string> Hour = Field(0, 23);

    private static readonly Gen<string> Day = Mostly("*", Field(1, 31), "?");
    private static readonly Gen<string> Month = Mostly("*", Gen.OneOf(Field(1, 12), NameOf(Months)), "*");
    private static readonly Gen<string> Weekday = Mostly("*", Gen.OneOf(Field(0, 7), NameOf(Weekdays)), "?");

    /// <summary>Five fields; the days are left open more often than not, and every result can fire.</summary>
    public static readonly Gen<string> Expression = With(Minute, Hour);

    public static Gen<string> With(Gen<string> minute, Gen<string> hour) =>
        Gen.Select(minute, hour, Day, Month, Weekday, (m, h, d, mo, w) => $"{m} {h} {d} {mo} {w}")
            .Where(text =>
                Core.Time.CronExpression.Parse(text) is not Core.Time.CronParseResult.Refused { Part: "day_of_month" }
            );

    private static Gen<string> Mostly(string usual, Gen<string> field, string other) =>
        Gen.Frequency((5, Gen.Const(usual)), (3, field), (1, Gen.Const(other)));

    private static Gen<string> NameOf(string[] names) => Gen.Int[0, names.Length - 1].Select(i => names[i]);

    private static Gen<string> Field(int minimum, int written)
    {
        var value = Gen.Int[minimum, written].Select(n => n.ToString());
        var range = Gen.Select(Gen.Int[minimum, written], Gen.Int[minimum, written])
            .Select((a, b) => $"{Math.Min(a, b)}-{Math.Max(a, b)}");
        var step = Gen.Frequency((4, Gen.Int[1, 30]), (1, Gen.Int[31, 200]));
        var item = Gen.Frequency(
            (4, value),
            (2, range),
            (2, step.Select(s => $"*/{s}")),
            (1, Gen.Select(value, step, (v, s) => $"{v}/{s}")),
            (1, Gen.Select(range, step, (r, s) => $"{r}/{s}"))
        );
        return Gen.Frequency(
            (2, Gen.Const("*")),
            (5, item),
            (2, item.Array[2, 3].Select(items => string.Join(',', items)))
        );
    }
}
