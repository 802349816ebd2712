using NUnit.Framework;

namespace Scheduler.Tests.Campaigns;

/// <summary>Each fault with two seeds, one after the other; more of them by the command <c>campaign</c>.</summary>
[NonParallelizable]
[Platform("Linux")]
public sealed class CampaignTests
{
    private static readonly CampaignRuns Runs = new();

    private static IEnumerable<TestCaseData> All =>
        FaultCatalog.Ids.SelectMany(id =>
            Enumerable.Range(1, 2).Select(seed => new TestCaseData(id, seed).SetArgDisplayNames(id, $"{seed}"))
        );

    [OneTimeTearDown]
    public static async Task StopServer() => await Runs.DisposeAsync();

    [TestCaseSource(nameof(All))]
    public async Task Every_promise_holds_under_the_fault_and_after_it(string id, int seed)
    {
        var fault = FaultCatalog.Create(id);
        if (fault.Unable is { } reason)
        {
            Assert.Ignore(reason);
        }

        var result = await Runs.RunAsync([fault], seed, keeps: false);

        await TestContext.Out.WriteLineAsync($"{result}");
        Assert.That(result.Violations, Is.Empty, result.Explain());
    }

    [Test]
    public void The_same_seed_makes_the_same_mix() =>
        Assert.That(
            Enumerable.Range(1, 50).Select(seed => string.Join('+', FaultCatalog.Mix(seed).Select(fault => fault.Id))),
            Is.EqualTo(
                Enumerable
                    .Range(1, 50)
                    .Select(seed => string.Join('+', FaultCatalog.Mix(seed).Select(fault => fault.Id)))
            )
        );
}
