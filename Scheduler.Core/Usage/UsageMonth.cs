using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Scheduler.Core.Usage;

/// <summary>A month of a customer's own calendar.</summary>
public readonly record struct UsageMonth
{
    private static readonly LocalDatePattern FirstDay = LocalDatePattern.CreateWithInvariantCulture("yyyy-MM-dd");

    private UsageMonth(LocalDate first) => First = first;

    public LocalDate First { get; }

    public LocalDate Last => First.PlusMonths(1).PlusDays(-1);

    public UsageMonth Previous => new(First.PlusMonths(-1));

    public int Days => Last.Day;

    public static UsageMonth Of(LocalDate day) => new(new LocalDate(day.Year, day.Month, 1));

    /// <summary>Reads yyyy-MM of the years 2000 to 2200.</summary>
    public static bool TryParse(string text, out UsageMonth month)
    {
        var parsed = text is { Length: 7 } ? FirstDay.Parse(text + "-01") : null;
        var isRead = parsed is { Success: true } && parsed.Value.Year is >= 2000 and <= 2200;
        month = isRead ? new UsageMonth(parsed!.Value) : default;
        return isRead;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{First.Year:0000}-{First.Month:00}");
}
