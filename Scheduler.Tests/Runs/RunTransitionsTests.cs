using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Runs;

[TestFixture]
internal sealed class RunTransitionsTests
{
    private const string Birth = "birth";

    private static readonly string[] Legal =
    [
        "birth>PENDING",
        "birth>SCHEDULED",
        "birth>SKIPPED",
        "SCHEDULED>PENDING",
        "SCHEDULED>SKIPPED",
        "PENDING>RUNNING",
        "PENDING>FAILED",
        "PENDING>SKIPPED",
        "RUNNING>COMPLETED",
        "RUNNING>FAILED",
        "RUNNING>PENDING",
    ];

    [Test]
    public void Of_all_pairs_only_the_listed_moves_are_legal()
    {
        var states = Enum.GetValues<RunState>();

        var allowed = states
            .SelectMany(from => states.Where(to => RunTransitions.IsAllowed(from, to)).Select(to => Move(from, to)))
            .Concat(RunTransitions.Births.Select(to => $"{Birth}>{Wire.Name(to)}"));

        Assert.That(allowed, Is.EquivalentTo(Legal));
    }

    [Test]
    public void Only_completed_failed_and_skipped_are_final()
    {
        Assert.That(
            Enum.GetValues<RunState>().Where(RunTransitions.IsFinal),
            Is.EquivalentTo(new[] { RunState.Completed, RunState.Failed, RunState.Skipped })
        );
    }

    [Test]
    public void The_documented_table_is_the_table_in_code()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "run-lifecycle.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 7 && (cells[1] == Birth || Wire.TryParse<RunState>(cells[1], out _)))
            .Select(cells => $"{cells[1]}>{cells[2]}");

        Assert.That(documented, Is.EquivalentTo(Legal));
    }

    private static string Move(RunState from, RunState to) => $"{Wire.Name(from)}>{Wire.Name(to)}";
}
