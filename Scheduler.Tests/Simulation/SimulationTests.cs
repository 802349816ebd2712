using NUnit.Framework;

namespace Scheduler.Tests.Simulation;

/// <summary>Histories from seeds, every promise checked. A failure prints how to replay it and the shortest form that still fails.</summary>
[NonParallelizable]
internal sealed class SimulationTests
{
    private const int Days = 7;

    [TestCase(SimulatedStore.Model, 1, 460)]
    [TestCase(SimulatedStore.Both, 461, 40)]
    public async Task No_history_breaks_a_promise(SimulatedStore store, int first, int count)
    {
        await using var histories = await Histories.CreateAsync(store);

        var report = await SimulationReport.RunAsync(
            histories,
            Enumerable.Range(first, count),
            Days,
            isBrief: false,
            _ => { }
        );

        var told = report.ToText(histories);
        TestContext.Out.WriteLine(told);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Failures, Is.Empty, told);
            Assert.That(report.Hits.Keys, Is.EquivalentTo(Enum.GetValues<Fault>()), "every fault has hit");
        }
    }

    [TestCase(2431, Description = "An instance is stopped while the database does not answer a duty.")]
    public async Task A_history_that_broke_a_promise_once_breaks_none_now(int seed)
    {
        await using var histories = await Histories.CreateAsync(SimulatedStore.Model);

        var history = histories.Run(Scenario.Of(seed, 30));

        Assert.That(history.Violation, Is.Null);
    }

    [Test]
    public async Task A_seed_is_one_history()
    {
        await using var histories = await Histories.CreateAsync(SimulatedStore.Sqlite);
        // All faults at once.
        var seed = Enumerable
            .Range(1, 100)
            .First(seed => Scenario.Of(seed, Days).Faults.Count == Enum.GetValues<Fault>().Length);

        var first = histories.Run(Scenario.Of(seed, Days));
        var again = histories.Run(Scenario.Of(seed, Days), keepsLines: true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.History.Digest, Is.EqualTo(first.History.Digest));
            Assert.That(again.Steps, Is.EqualTo(first.Steps));
            Assert.That(first.Runs, Is.Positive);
        }
    }
}
