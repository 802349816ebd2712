using CsCheck;
using NUnit.Framework;
using Scheduler.Core.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Runs;

/// <summary>Random lives against the table in the documents, which was written by hand.</summary>
[TestFixture]
internal sealed class RunTransitionsPropertyTests
{
    private static readonly Gen<RunState[]> Tries = Gen.Enum<RunState>().Array[1, 60];

    [Test]
    public void However_a_run_is_pushed_it_makes_the_documented_moves_only() =>
        Tries.Sample(
            tries =>
            {
                RunState? state = null;
                foreach (var wanted in tries)
                {
                    var isAllowed = state is { } from
                        ? RunTransitions.IsAllowed(from, wanted)
                        : RunTransitions.Births.Contains(wanted);

                    Assert.That(
                        isAllowed,
                        Is.EqualTo(LifecycleTable.Moves.Any(move => move.From == state && move.To == wanted)),
                        $"{state} to {wanted}"
                    );
                    state = isAllowed ? wanted : state;
                }
            },
            iter: Cases.Of(2_000)
        );

    [Test]
    public void A_run_that_has_ended_stays_as_it_ended() =>
        Gen.Select(Gen.Enum<RunState>().Where(RunTransitions.IsFinal), Tries)
            .Sample(
                (end, tries) =>
                    RunTransitions.From(end).Count == 0 && !tries.Any(wanted => RunTransitions.IsAllowed(end, wanted)),
                iter: Cases.Of(500)
            );

    [Test]
    public void From_every_state_a_run_can_come_to_an_end()
    {
        foreach (var state in Enum.GetValues<RunState>())
        {
            var reached = new HashSet<RunState> { state };
            while (reached.SelectMany(RunTransitions.From).Any(reached.Add)) { }

            Assert.That(reached.Any(RunTransitions.IsFinal), Is.True, $"{state}");
        }
    }
}
