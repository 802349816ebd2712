using System.Diagnostics;

namespace Scheduler.Tests.Simulation;

/// <summary>The command <c>simulate</c>: runs histories on all cores and tells what broke, shortest first.</summary>
internal static class Simulate
{
    public static async Task<int> RunAsync(SimulateCall call)
    {
        await using var histories = await Histories.CreateAsync(call.Store);
        var watch = Stopwatch.StartNew();
        var report = await SimulationReport.RunAsync(
            histories,
            Enumerable.Range(call.First, call.Count),
            call.Days,
            call.IsBrief,
            done => Console.WriteLine($"   … {done} of {call.Count}, {watch.Elapsed.TotalSeconds:F0} s")
        );
        if (call.ShowsLines && call.Count == 1)
        {
            foreach (var line in histories.Run(Scenario.Of(call.First, call.Days), keepsLines: true).History.Lines)
            {
                Console.WriteLine(line);
            }
        }
        Console.WriteLine(report.ToText(call.IsBrief ? null : histories));
        return report.Failures.Count == 0 ? 0 : 1;
    }
}
