using System.Globalization;

namespace Scheduler.Core.Failpoints;

/// <summary>
/// The variable <c>SCHEDULER_FAILPOINTS</c>: <c>name=touch file</c> or <c>name=kill 3</c>, or
/// <c>name=kill 3 file</c> where the times count while the file exists; several apart by semicolons. Only the
/// Development environment accepts it.
/// </summary>
public static class FailpointSetting
{
    public const string Variable = "SCHEDULER_FAILPOINTS";
    private const string Touch = "touch ";
    private const string Kill = "kill ";

    /// <summary>The failpoints of this process.</summary>
    /// <exception cref="FormatException">One line that names the variable and says what would be right.</exception>
    public static IFailpoints Create(string? text, bool isDevelopment, TimeProvider timeProvider)
    {
        var actions = Parse(text, isDevelopment);
        return actions.Count == 0 ? new NoFailpoints() : new ActingFailpoints(actions, timeProvider);
    }

    /// <summary>Reads the variable's text; null or empty means none.</summary>
    /// <exception cref="FormatException">One line that names the variable and says what would be right.</exception>
    public static IReadOnlyDictionary<string, FailpointAction> Parse(string? text, bool isDevelopment)
    {
        var actions = new Dictionary<string, FailpointAction>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(text))
        {
            return actions;
        }
        TestSettings.Require(Variable, isDevelopment);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var name = at < 0 ? part : part[..at].Trim();
            if (!Failpoint.IsKnown(name))
            {
                throw new FormatException(
                    $"{Variable}: '{name}' is no failpoint; use {string.Join(" or ", Failpoint.All)}, or before: or after: a script such as queue.claim."
                );
            }
            if (ReadAction(at < 0 ? "" : part[(at + 1)..].Trim()) is not { } action || !actions.TryAdd(name, action))
            {
                throw new FormatException(
                    $"{Variable}: '{name}' needs one action, as in {name}={Touch}/tmp/reached or {name}={Kill}1."
                );
            }
        }
        return actions;
    }

    private static FailpointAction? ReadAction(string text)
    {
        if (text.StartsWith(Touch, StringComparison.Ordinal) && text[Touch.Length..].Trim() is { Length: > 0 } file)
        {
            return new FailpointAction.Touch(file);
        }
        var kill = text.StartsWith(Kill, StringComparison.Ordinal) ? text[Kill.Length..].Trim().Split(' ', 2) : [""];
        return int.TryParse(kill[0], NumberStyles.None, CultureInfo.InvariantCulture, out var nth) && nth > 0
            ? new FailpointAction.Kill(nth, kill.Length > 1 ? kill[1].Trim() : null)
            : null;
    }
}
