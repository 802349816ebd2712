using System.Collections.Frozen;

namespace Scheduler.Core.Time;

/// <summary>
/// A validated cron expression of five fields or a macro; the grammar is in docs/scheduling.md.
/// Immutable and safe to share between threads.
/// </summary>
public sealed class CronExpression
{
    /// <summary>What is wrong with an expression that parses and has no occurrence, such as <c>0 0 30 2 *</c>.</summary>
    public const string NeverFires = "It never fires: there is no date with this day and month.";

    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaximumLength = 128;

    private static readonly FrozenDictionary<string, string> Macros = new Dictionary<string, string>
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private CronExpression(string original, CronFieldValues[] fields)
    {
        Original = original;
        Canonical = string.Join(' ', fields.Select(field => field.Canonical));
        MinuteStartsWithStar = fields[0].StartsWithStar;
        HourStartsWithStar = fields[1].StartsWithStar;
        WallTimes = new CronWallTimes(fields[0], fields[1], fields[2], fields[3], fields[4]);
    }

    /// <summary>The text as it was written.</summary>
    public string Original { get; }

    /// <summary>The same schedule in plain numbers and single blanks. Parsing it again gives the same text.</summary>
    public string Canonical { get; }

    internal bool MinuteStartsWithStar { get; }

    internal bool HourStartsWithStar { get; }

    internal CronWallTimes WallTimes { get; }

    /// <summary>Reads an expression. Never throws: whatever cannot be read is refused with its part and a message.</summary>
    public static CronParseResult Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Refuse("cron", "A cron expression is required: five fields such as '0 6 * * MON-FRI', or '@daily'.");
        }
        if (text.Length > MaximumLength)
        {
            return Refuse("cron", $"The expression has {text.Length} characters; at most {MaximumLength} are allowed.");
        }
        var body = text.AsSpan().Trim(" \t");
        if (!body.StartsWith('@'))
        {
            return ParseFields(text, body);
        }
        return Macros.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(body, out var expansion)
            ? ParseFields(text, expansion)
            : Refuse(
                "cron",
                $"{CustomerText.Quote(body)} is not a known macro; use one of {string.Join(", ", Macros.Keys.Order())}."
            );
    }

    private static CronParseResult ParseFields(string original, ReadOnlySpan<char> body)
    {
        Span<Range> ranges = stackalloc Range[MaximumLength];
        ranges = ranges[..body.SplitAny(ranges, " \t", StringSplitOptions.RemoveEmptyEntries)];
        if (ranges.Length != CronField.All.Count)
        {
            return Refuse("cron", WrongCount(ranges.Length));
        }
        var fields = new CronFieldValues[ranges.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var field = CronField.All[i];
            if (!CronFieldReader.TryRead(field, body[ranges[i]], out fields[i], out var problem))
            {
                return Refuse(field.Name, $"In the field {field.Name}: {problem}");
            }
        }
        return NeverComes(fields[2], fields[3], fields[4])
            ? Refuse("day_of_month", "No such day exists in the chosen months, so the schedule would never fire.")
            : new CronParseResult.Parsed(new CronExpression(original, fields));
    }

    private static string WrongCount(int count) =>
        count == CronField.All.Count + 1
            ? "The expression has 6 fields, but a field for seconds is not supported; "
                + "write five: minute, hour, day of month, month, day of week."
            : $"The expression has {count} field{(count == 1 ? "" : "s")}; "
                + "write five, apart by blanks: minute, hour, day of month, month, day of week.";

    /// <summary>True when only the day of the month decides and every chosen month lacks it, like 30 February.</summary>
    private static bool NeverComes(CronFieldValues days, CronFieldValues months, CronFieldValues weekdays)
    {
        const int LeapYear = 2000;
        var first = CronFieldValues.HighestBit(days.Bits & ~(days.Bits - 1));
        return weekdays.IsAny
            && !Enumerable
                .Range(1, 12)
                .Any(month => (months.Bits >> month & 1) == 1 && first <= DateTime.DaysInMonth(LeapYear, month));
    }

    private static CronParseResult.Refused Refuse(string part, string message) => new(part, message);
}
