using System.Globalization;

namespace Scheduler.Tests.Support;

/// <summary>How many generated cases a property is tried with.</summary>
internal static class Cases
{
    /// <summary>
    /// The usual number, or so many times more as <c>SCHEDULER_TEST_CASES</c> says (a whole number from 1 on). Every run draws new ones; a
    /// failure prints the seed, and <c>CsCheck_Seed</c> repeats it.
    /// </summary>
    public static int Of(int usual) =>
        int.TryParse(
            Environment.GetEnvironmentVariable("SCHEDULER_TEST_CASES"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var times
        )
        && times > 0
            ? usual * times
            : usual;
}
