using NUnit.Framework;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Retry;

[TestFixture]
internal sealed class LockedRandomTests
{
    /// <summary>What an unlocked source becomes under many threads: nothing but zeros, for ever.</summary>
    [Test]
    public void Many_threads_draw_within_bounds_and_not_the_same()
    {
        var random = new LockedRandom();

        var drawn = ParallelEnumerable
            .Range(0, 8)
            .WithDegreeOfParallelism(8)
            .SelectMany(_ =>
                Enumerable
                    .Range(0, 5_000)
                    .Select(_ =>
                        (
                            Below: random.Next(7),
                            Between: random.Next(3, 9),
                            Any: random.Next(),
                            Part: random.NextDouble()
                        )
                    )
                    .ToList()
            )
            .ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(drawn.Select(it => it.Below).Distinct(), Is.EquivalentTo(Enumerable.Range(0, 7)));
            Assert.That(drawn.Select(it => it.Between).Distinct(), Is.EquivalentTo(Enumerable.Range(3, 6)));
            Assert.That(drawn.Select(it => it.Part), Is.All.InRange(0, 1).And.All.LessThan(1));
            Assert.That(drawn.Select(it => it.Any).Distinct().Count(), Is.GreaterThan(39_000));
            Assert.That(drawn.Select(it => it.Part).Distinct().Count(), Is.GreaterThan(39_000));
        }
    }
}
