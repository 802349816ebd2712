using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Scheduler.Tests.Simulation;

/// <summary>What many histories have shown.</summary>
internal sealed class SimulationReport
{
    private const int SignOfLife = 100;
    private const int LastLines = 60;

    private readonly SortedDictionary<Fault, long> hits = [];
    private readonly SortedList<int, SimulationResult> failures = [];

    /// <summary>By seed.</summary>
    public IReadOnlyList<SimulationResult> Failures => [.. failures.Values];

    /// <summary>How often each fault hit, in all histories.</summary>
    public IReadOnlyDictionary<Fault, long> Hits => hits;

    public int Histories { get; private set; }
    public int Days { get; private set; }
    public long Runs { get; private set; }
    public long Steps { get; private set; }
    public long Scripts { get; private set; }

    /// <summary>A digest of the digests, for comparing two executions of the same seeds.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Runs a history for each seed, as many at once as there are cores.</summary>
    public static async Task<SimulationReport> RunAsync(
        Histories histories,
        IEnumerable<int> seeds,
        int days,
        bool isBrief,
        Action<int> progress
    )
    {
        var results = new ConcurrentDictionary<int, SimulationResult>();
        var waiting = new ConcurrentQueue<int>(seeds);
        // A history is one thread from its beginning to its end.
        await Task.WhenAll(
            Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            while (waiting.TryDequeue(out var seed))
                            {
                                var result = histories.Run(Scenario.Of(seed, days));
                                results[seed] = result;
                                if (isBrief && result.Violation is not null)
                                {
                                    waiting.Clear();
                                }
                                if (results.Count % SignOfLife == 0)
                                {
                                    progress(results.Count);
                                }
                            }
                        },
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );
        var report = new SimulationReport { Days = days };
        var digest = 0UL;
        foreach (var (seed, result) in results.OrderBy(pair => pair.Key))
        {
            report.Add(seed, result);
            digest =
                digest * 1099511628211UL
                + ulong.Parse(result.History.Digest, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }
        report.Digest = digest.ToString("x16", CultureInfo.InvariantCulture);
        return report;
    }

    /// <summary>For people: totals, how often each fault hit, and of the first failure its shortest form with its last steps; that one only where there are histories to try.</summary>
    public string ToText(Histories? histories)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Histories} histories of {Days} days: {Runs:N0} runs, {Scripts:N0} scripts, {Steps:N0} steps; digest {Digest}"
        );
        text.AppendLine(
            "faults that hit: "
                + string.Join(
                    ", ",
                    hits.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}"))
                )
        );
        foreach (var failure in Failures)
        {
            text.AppendLine($"FAILED seed {failure.Scenario.Seed}: {failure.Violation}");
        }
        if (Failures.Count > 0 && histories is not null)
        {
            text.Append(Shrinking.Explain(Failures[0], histories, LastLines));
        }
        text.Append(CultureInfo.InvariantCulture, $"{Failures.Count} violations");
        return text.ToString();
    }

    private void Add(int seed, SimulationResult result)
    {
        Histories++;
        Runs += result.Runs;
        Steps += result.Steps;
        Scripts += result.Scripts;
        foreach (var (fault, times) in result.History.Hits)
        {
            hits[fault] = hits.GetValueOrDefault(fault) + times;
        }
        if (result.Violation is not null)
        {
            failures[seed] = result;
        }
    }
}
