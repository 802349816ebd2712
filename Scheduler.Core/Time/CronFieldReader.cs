using System.Globalization;

namespace Scheduler.Core.Time;

/// <summary>Reads one field of an expression: <c>*</c>, <c>?</c>, or a list of values, ranges and steps.</summary>
internal ref struct CronFieldReader(CronField field)
{
    // More digits than any value or sensible step needs, and few enough to fit an int.
    private const int MostDigits = 9;

    private ulong _bits;
    private string? _problem;

    /// <summary>Reads the field; <paramref name="problem"/> says what is wrong when the answer is false.</summary>
    public static bool TryRead(CronField field, ReadOnlySpan<char> text, out CronFieldValues values, out string problem)
    {
        var any = CronFieldValues.UpTo(field.Maximum) & ~CronFieldValues.UpTo(field.Minimum - 1);
        problem = "";
        if (text is "*" || (text is "?" && field.IsDay))
        {
            values = new CronFieldValues(any, IsAny: true, StartsWithStar: true, "*");
            return true;
        }
        var reader = new CronFieldReader(field);
        var canonical = reader.ReadList(text);
        problem = reader._problem ?? "";
        values = new CronFieldValues(reader._bits, IsAny: false, text.StartsWith('*'), canonical);
        return reader._problem is null;
    }

    private string ReadList(ReadOnlySpan<char> text)
    {
        var items = new List<string>();
        foreach (var range in text.Split(','))
        {
            items.Add(ReadItem(text[range]));
        }
        return string.Join(',', items);
    }

    /// <summary>Adds the item's values and answers its canonical form; meaningless once there is a problem.</summary>
    private string ReadItem(ReadOnlySpan<char> item)
    {
        var slash = item.IndexOf('/');
        var step = slash < 0 ? 1 : ReadStep(item[(slash + 1)..]);
        var body = slash < 0 ? item : item[..slash];
        var dash = body.IndexOf('-');
        if (body is "*")
        {
            if (slash < 0)
            {
                Refuse("'*' cannot be part of a list; write it alone.");
            }
            Add(field.Minimum, field.Maximum, step);
            return $"*/{step}";
        }
        if (dash >= 0)
        {
            return ReadRange(body, dash, step, stepped: slash >= 0);
        }
        var value = ReadValue(body);
        // The week ends on Saturday: a Sunday written 7 has nothing after it to step to.
        Add(value, slash < 0 ? value : Math.Max(value, field.Maximum), step);
        return slash < 0 || value > field.Maximum ? Number(value) : $"{value}/{step}";
    }

    private string ReadRange(ReadOnlySpan<char> body, int dash, int step, bool stepped)
    {
        var first = ReadValue(body[..dash]);
        var last = ReadValue(body[(dash + 1)..]);
        if (first > last)
        {
            var sunday = field.SundayIsAlsoSeven ? "; Sunday at the end of a range is 7" : "";
            Refuse($"the range {CustomerText.Quote(body)} runs backwards; list its two parts instead{sunday}.");
            return "";
        }
        Add(first, last, step);
        if (first == last)
        {
            return Number(first);
        }
        return stepped ? $"{first}-{last}/{step}" : $"{first}-{last}";
    }

    private readonly string Number(int value) =>
        (value > field.Maximum ? field.Minimum : value).ToString(CultureInfo.InvariantCulture);

    private void Add(int first, int last, int step)
    {
        // A long, because a large step would carry an int over its end.
        for (long value = first; value <= last && _problem is null; value += step)
        {
            _bits |= 1UL << (int)(value > field.Maximum ? field.Minimum : value);
        }
    }

    private int ReadStep(ReadOnlySpan<char> text)
    {
        if (TryReadNumber(text, out var step) && step > 0)
        {
            return step;
        }
        Refuse($"the step {CustomerText.Quote(text)} must be a whole number from 1 on.");
        return 1;
    }

    private int ReadValue(ReadOnlySpan<char> text)
    {
        if (TryReadNumber(text, out var value) && value >= field.Minimum && value <= field.MaximumWritten)
        {
            return value;
        }
        for (var i = 0; i < field.Names.Count; i++)
        {
            if (text.Equals(field.Names[i], StringComparison.OrdinalIgnoreCase))
            {
                return field.Minimum + i;
            }
        }
        var what = text.IsEmpty ? "a value is missing" : $"{CustomerText.Quote(text)} is not valid here";
        Refuse($"{what}; write {field.Values}.");
        return field.Minimum;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        // NumberStyles.None takes ASCII digits alone: no sign, no blanks, no other script's digits.
        return text.Length <= MostDigits
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private void Refuse(string problem) => _problem ??= problem;
}
