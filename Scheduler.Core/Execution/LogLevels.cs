using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Scheduler.Core.Execution;

/// <summary>Checks the levels of the log before the framework does, which would answer with a stack trace.</summary>
public static class LogLevels
{
    /// <summary>What each level must be, as the end of a sentence.</summary>
    public static readonly string Rule = $"must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}";

    /// <summary>The first setting whose level is none, such as <c>Logging__LogLevel__Default</c>; null when all are right.</summary>
    public static string? FirstWrong(IConfiguration configuration)
    {
        var logging = configuration.GetSection("Logging");
        return logging
            .GetChildren()
            .Select(provider => provider.GetSection("LogLevel"))
            .Prepend(logging.GetSection("LogLevel"))
            .SelectMany(levels => levels.GetChildren())
            .FirstOrDefault(level => level.Value is { Length: > 0 } word && !Enum.TryParse<LogLevel>(word, true, out _))
            ?.Path.Replace(":", "__", StringComparison.Ordinal);
    }
}
