using System.Globalization;
using NodaTime;

namespace Scheduler.Core.Alerts.Delivery;

/// <summary>An alert in words.</summary>
public static class AlertText
{
    /// <summary>One line.</summary>
    public static string Title(DeliveryEvent it, AlertNotice notice) =>
        $"{(it == DeliveryEvent.Resolved ? "Resolved" : "Firing")}: {notice.Rule}"
        + (notice.CustomerId is { } customer ? $" ({customer})" : "");

    /// <summary>What is known beside the message.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(AlertNotice notice)
    {
        var facts = new List<(string, string)>
        {
            ("rule", notice.Rule),
            ("subject", notice.Subject),
            ("alert", notice.AlertId),
            ("since", Time(notice.FiredAt)),
        };
        if (notice.CustomerId is { } customer)
        {
            facts.Add(("customer", customer));
        }
        if (notice.ResolvedAt is { } over)
        {
            facts.Add(("over", Time(over)));
            facts.Add(("lasted", Length(over - notice.FiredAt)));
        }
        return facts;
    }

    /// <summary>To the second, in UTC.</summary>
    public static string Time(Instant instant) =>
        instant.ToString("uuuu-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>As people say it: 45 s, 12 min, 3 h 20 min, 2 d 4 h.</summary>
    public static string Length(Duration length) =>
        length < Duration.FromMinutes(2) ? $"{(long)length.TotalSeconds} s"
        : length < Duration.FromHours(2) ? $"{(long)length.TotalMinutes} min"
        : length < Duration.FromDays(2) ? $"{(long)length.TotalHours} h {length.Minutes} min"
        : $"{length.Days} d {length.Hours} h";
}
