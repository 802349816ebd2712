using System.Globalization;

namespace Scheduler.Api.Settings;

/// <summary>Reads single settings and keeps the first one that is wrong; the default stands in for it meanwhile.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    public SettingsResult.Invalid? Fault { get; private set; }

    /// <summary>The trimmed text, or null when it is missing or empty.</summary>
    public string? Text(string setting)
    {
        var text = configuration[setting.Replace("__", ":", StringComparison.Ordinal)]?.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    public int Whole(string setting, int standard, int minimum, int maximum)
    {
        if (Text(setting) is not { } text)
        {
            return standard;
        }
        if (
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= minimum
            && value <= maximum
        )
        {
            return value;
        }
        Refuse(setting, $"must be a whole number from {minimum} to {maximum}, not '{Shown(text)}'.");
        return standard;
    }

    public bool Flag(string setting, bool standard)
    {
        if (Text(setting) is not { } text)
        {
            return standard;
        }
        if (bool.TryParse(text, out var value))
        {
            return value;
        }
        Refuse(setting, $"must be true or false, not '{Shown(text)}'.");
        return standard;
    }

    public T Choice<T>(string setting, T standard)
        where T : struct, Enum
    {
        if (Text(setting) is not { } text)
        {
            return standard;
        }
        if (Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(text, ignoreCase: true);
        }
        Refuse(setting, $"must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{Shown(text)}'.");
        return standard;
    }

    public void Refuse(string setting, string message) => Fault ??= new(setting, message);

    private static string Shown(string text) =>
        new([.. text.Take(40).Select(character => char.IsControl(character) ? '?' : character)]);
}
