using System.Globalization;
using NUnit.Framework;

namespace Scheduler.Tests.Benchmarks;

/// <summary>The figures of a measurement: said as they come, and kept for the table at the end.</summary>
internal static class Figures
{
    private const string Subject = "scheduler";

    public static void Add(string metric, double value, string unit, string conditions)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Subject}\t{metric}\t{value:0.###}\t{unit}");
        if (BenchmarkSettings.Tsv is { } file)
        {
            File.AppendAllText(file, line + "\n");
        }
        TestContext.Progress.WriteLine($"{line}\t({conditions})");
    }

    /// <summary>A sign of life of something that takes long.</summary>
    public static void Say(FormattableString what) =>
        TestContext.Progress.WriteLine("   … " + what.ToString(CultureInfo.InvariantCulture));

    /// <param name="values">At least one; sorted here.</param>
    /// <param name="share">0 to 1: 0.5 is the median.</param>
    public static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values[Math.Min(values.Count - 1, (int)(values.Count * share))];
    }
}
