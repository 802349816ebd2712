using Microsoft.Extensions.Configuration;

namespace Scheduler.Core.Failpoints;

/// <summary>The settings with which fault tests change a process. Unset they change nothing; set, only Development starts with them.</summary>
public static class TestSettings
{
    /// <exception cref="FormatException">One line that names the variable and says what would be right.</exception>
    public static void Check(IConfiguration configuration, bool isDevelopment)
    {
        FailpointSetting.Parse(configuration[FailpointSetting.Variable], isDevelopment);
        if (!string.IsNullOrWhiteSpace(configuration[RunJournal.Variable]))
        {
            Require(RunJournal.Variable, isDevelopment);
        }
        if (!string.IsNullOrWhiteSpace(configuration[ShiftedTime.Variable]))
        {
            Require(ShiftedTime.Variable, isDevelopment);
        }
    }

    /// <exception cref="FormatException">The process is not in Development.</exception>
    internal static void Require(string variable, bool isDevelopment)
    {
        if (!isDevelopment)
        {
            throw new FormatException($"{variable} is for tests: it is accepted in the Development environment only.");
        }
    }
}
