using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

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
        var documented = LifecycleTable.Moves.Select(move =>
            $"{(move.From is { } from ? Wire.Name(from) : Birth)}>{Wire.Name(move.To)}"
        );

        Assert.That(documented, Is.EquivalentTo(Legal));
    }

    private static string Move(RunState from, RunState to) => $"{Wire.Name(from)}>{Wire.Name(to)}";
}
