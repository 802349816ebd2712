using System.Globalization;

namespace Scheduler.Core.Alerts;

/// <summary>An alert's number as the text that people and programs pass on.</summary>
public static class AlertIds
{
    public static string Text(long alertId) => alertId.ToString(CultureInfo.InvariantCulture);

    /// <summary>False for what is no such text.</summary>
    public static bool TryParse(string text, out long alertId) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out alertId);
}
