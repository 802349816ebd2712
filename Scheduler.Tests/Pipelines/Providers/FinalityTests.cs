using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers;

/// <summary>Which days are final, and what the guard makes of it.</summary>
[TestFixture]
internal sealed class FinalityTests : IDisposable
{
    private const string Window = """{"from":"2026-09-20","to":"2026-11-02"}""";
    private readonly ProviderWorld world = new();

    public void Dispose() => world.Dispose();

    // Noon of 2 November 2026.
    [TestCase("OPENAI", "2026-10-26", false)]
    [TestCase("OPENAI", "2026-10-27", true)]
    [TestCase("OPENAI", "2026-11-02", true)]
    [TestCase("CLAUDE", "2026-10-03", false)]
    [TestCase("CLAUDE", "2026-10-04", true)]
    [TestCase("AZURE", "2026-10-31", false)]
    [TestCase("AZURE", "2026-11-01", true)]
    [TestCase("GCP", "2026-10-31", false)]
    [TestCase("GCP", "2026-11-01", true)]
    [TestCase("AWS", "2026-10-31", false)]
    [TestCase("AWS", "2026-11-01", true)]
    public async Task A_day_is_final_once_its_provider_is_done_with_it(string provider, string day, bool isEstimated)
    {
        world.Data(provider).SetCosts((Day(day), "A", "1"));

        PipelineBench.Completed(await world.RunAsync(provider, Window));

        Assert.That(
            await world.Bench.QueryAsync("select usage_date, is_estimated from cost_daily"),
            Is.EqualTo([$"{day}|{isEstimated}"])
        );
    }

    [Test]
    public async Task What_AWS_calls_estimated_is_not_final_however_old_it_is()
    {
        world.Aws.SetCosts((Day("2026-09-30"), "A", "1"));
        world.Aws.Days[0]["Estimated"] = true;

        PipelineBench.Completed(await world.RunAsync("AWS", Window));

        Assert.That(await world.Bench.QueryAsync("select is_estimated from cost_daily"), Is.EqualTo(["True"]));
    }

    [TestCase("2026-09-25", false)]
    [TestCase("2026-11-01", true)]
    public async Task Only_a_final_day_is_guarded_against_shrinking(string day, bool mayShrink)
    {
        // Another day, so that the window is never empty.
        world.Gcp.SetCosts((Day(day), "A", "10"), (Day("2026-10-10"), "B", "1"));
        PipelineBench.Completed(await world.RunAsync("GCP", Window));
        world.Gcp.SetCosts((Day(day), "A", "4"), (Day("2026-10-10"), "B", "1"));

        var result = await world.RunAsync("GCP", Window, epoch: 2);

        if (mayShrink)
        {
            PipelineBench.Completed(result);
            return;
        }
        var failed = PipelineBench.Failed(result);
        Assert.That((failed.ErrorType, failed.Message), Is.EqualTo((ErrorType.SchemaDrift, failed.Message)));
        Assert.That(failed.Message, Does.Contain("SUSPECT").And.Contain(day));
    }

    private static LocalDate Day(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;
}
