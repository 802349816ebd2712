using NUnit.Framework;

namespace Scheduler.Tests.Campaigns;

/// <summary>
/// Each fault with two seeds, at the same time: much of a campaign is waiting. More of them, one after the other, by the command
/// <c>campaign</c>.
/// </summary>
[NonParallelizable]
[Platform("Linux")]
public sealed class CampaignTests
{
    /// <summary>A server for each seed: some faults are the server's.</summary>
    private static readonly CampaignRuns[] Runs = [new(), new()];

    [OneTimeTearDown]
    public static async Task StopServers()
    {
        foreach (var runs in Runs)
        {
            await runs.DisposeAsync();
        }
    }

    [TestCaseSource(typeof(FaultCatalog), nameof(FaultCatalog.Ids))]
    public async Task Every_promise_holds_under_the_fault_and_after_it(string id)
    {
        var fault = FaultCatalog.Create(id);
        if (fault.Unable is { } reason)
        {
            Assert.Ignore(reason);
        }
        using var turns = new SemaphoreSlim(fault.StandsAlone ? 1 : Runs.Length);

        var results = await Task.WhenAll(
            Runs.Select(
                async (runs, place) =>
                {
                    await turns.WaitAsync();
                    var result = await runs.RunAsync([FaultCatalog.Create(id)], seed: place + 1, keeps: false);
                    turns.Release();
                    return result;
                }
            )
        );

        using (Assert.EnterMultipleScope())
        {
            foreach (var result in results)
            {
                await TestContext.Out.WriteLineAsync($"{result}");
                Assert.That(result.Violations, Is.Empty, result.Explain());
            }
        }
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
