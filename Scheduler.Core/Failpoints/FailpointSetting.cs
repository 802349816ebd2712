namespace Scheduler.Core.Failpoints;

/// <summary>
/// The variable <c>SCHEDULER_FAILPOINTS</c>: <c>name=touch file</c>, several apart by semicolons. Only the Development
/// environment accepts it.
/// </summary>
public static class FailpointSetting
{
    public const string Variable = "SCHEDULER_FAILPOINTS";
    private const string Touch = "touch ";

    /// <summary>The failpoints of this process.</summary>
    /// <exception cref="FormatException">One line that names the variable and says what would be right.</exception>
    public static IFailpoints Create(string? text, bool isDevelopment, TimeProvider timeProvider)
    {
        var signals = Parse(text, isDevelopment);
        return signals.Count == 0 ? new NoFailpoints() : new FileFailpoints(signals, timeProvider);
    }

    /// <summary>Reads the variable's text; null or empty means none.</summary>
    /// <exception cref="FormatException">One line that names the variable and says what would be right.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string? text, bool isDevelopment)
    {
        var signals = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(text))
        {
            return signals;
        }
        if (!isDevelopment)
        {
            throw new FormatException($"{Variable} is for tests: it is accepted in the Development environment only.");
        }
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var name = at < 0 ? part : part[..at].Trim();
            if (!Failpoint.All.Contains(name, StringComparer.Ordinal))
            {
                throw new FormatException(
                    $"{Variable}: '{name}' is no failpoint; use {string.Join(" or ", Failpoint.All)}."
                );
            }
            var action = at < 0 ? "" : part[(at + 1)..].Trim();
            var file = action.StartsWith(Touch, StringComparison.Ordinal) ? action[Touch.Length..].Trim() : "";
            if (file.Length == 0 || !signals.TryAdd(name, file))
            {
                throw new FormatException($"{Variable}: '{name}' needs one action, as in {name}={Touch}/tmp/reached.");
            }
        }
        return signals;
    }
}
