using NodaTime;
using Scheduler.Core.Runs;

namespace Scheduler.Core.Overview;

/// <summary>Which data a pipeline has fetched of what its schedule has asked for so far: pure, judged over a list of runs.</summary>
/// <param name="From">Where the list begins to tell.</param>
/// <param name="To">The end of what was due.</param>
/// <param name="Covered">Fetched by completed runs; in order, apart from each other.</param>
/// <param name="Missing">What is left of the time between, in order.</param>
public sealed record IntervalCoverage(
    Instant From,
    Instant To,
    IReadOnlyList<Interval> Covered,
    IReadOnlyList<MissingInterval> Missing
)
{
    /// <summary>The covered part, 0 to 1.</summary>
    public double Share =>
        Covered.Sum(interval => interval.Duration.TotalSeconds) / Math.Max(1, (To - From).TotalSeconds);

    /// <param name="runs">Of one pipeline, in any order.</param>
    /// <param name="due">The schedule's last occurrence: what ends later is not due yet.</param>
    /// <returns>Null while there is nothing to tell: no run, or none that ends with what is due.</returns>
    public static IntervalCoverage? Of(IReadOnlyList<Run> runs, Instant due)
    {
        var asked = runs.Where(run => run.DataIntervalStart < run.DataIntervalEnd && run.DataIntervalStart < due)
            .ToList();
        if (asked.Count == 0)
        {
            return null;
        }
        var from = asked.Min(run => run.DataIntervalStart);
        var covered = Merged(asked.Where(run => run.State == RunState.Completed), due);
        var missing = new List<MissingInterval>();
        var reached = from;
        foreach (var interval in covered)
        {
            AddMissing(interval.Start);
            reached = interval.End;
        }
        AddMissing(due);
        return new IntervalCoverage(from, due, covered, missing);

        void AddMissing(Instant to)
        {
            // A gap may have been asked for in several pieces: each has its own story.
            var cuts = asked
                .SelectMany(run => new[] { run.DataIntervalStart, run.DataIntervalEnd })
                .Where(cut => cut > reached && cut < to)
                .Append(to)
                .Distinct()
                .Order();
            foreach (var cut in cuts.Where(cut => cut > reached))
            {
                var start = reached;
                missing.Add(new MissingInterval(start, cut, Latest(start, cut)));
                reached = cut;
            }
        }

        Run? Latest(Instant start, Instant end) =>
            asked
                .Where(run => run.DataIntervalStart < end && run.DataIntervalEnd > start)
                .OrderByDescending(run => run.CreatedAt)
                .ThenByDescending(run => run.RunId, StringComparer.Ordinal)
                .FirstOrDefault();
    }

    private static List<Interval> Merged(IEnumerable<Run> completed, Instant due)
    {
        var merged = new List<Interval>();
        foreach (var run in completed.OrderBy(run => run.DataIntervalStart))
        {
            var end = Instant.Min(run.DataIntervalEnd, due);
            if (merged.Count > 0 && merged[^1].End >= run.DataIntervalStart)
            {
                merged[^1] = new Interval(merged[^1].Start, Instant.Max(merged[^1].End, end));
            }
            else
            {
                merged.Add(new Interval(run.DataIntervalStart, end));
            }
        }
        return merged;
    }
}
