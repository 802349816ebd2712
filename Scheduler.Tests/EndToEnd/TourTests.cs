using NUnit.Framework;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.EndToEnd;

/// <summary>The README's first command, twice.</summary>
[NonParallelizable]
[Platform("Linux")]
public sealed class TourTests : IAsyncDisposable
{
    private const string End = "the next start carries on from here";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("scheduler-tour-");
    private readonly List<RunningProcess> started = [];

    [Test]
    public async Task It_shows_the_system_within_its_first_minute_and_carries_on_at_the_next_start()
    {
        var first = await TourAsync();
        var second = await TourAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Titles(first),
                Is.EqualTo(
                    new[]
                    {
                        "Set up",
                        "What is due",
                        "What happens",
                        "What Alder Shop pays for, from cost_daily",
                        "What Birch Studio pays for, from cost_daily",
                        "What to try next",
                    }
                )
            );
            Assert.That(first, Does.Match(@"retry +Alder Shop / flaky provider +attempt 2 in \d\.\d s"));
            Assert.That(first, Does.Match(@"completed +Alder Shop / flaky provider .*, attempt 2"));
            Assert.That(first, Does.Match(@"running +Alder Shop / slow report"));
            Assert.That(first, Does.Match(@"skipped +Birch Studio / hourly check +QUOTA_DAILY: those of"));
            Assert.That(first, Does.Match(@"total +483\.76 +469\.63 +USD +60"));
            Assert.That(first, Does.Match(@"total +1,472\.63 +1,457\.36 +USD +60"));
            Assert.That(first.Split('\n').Max(line => line.Length), Is.AtMost(100));
            Assert.That(second, Does.Contain("The tour carries on").And.Not.Contain("Set up"));
            Assert.That(second, Does.Contain(Stock(first)).And.Contain("9 completed, 1 failed"));
        }
    }

    [Test]
    public async Task Without_the_word_nobody_is_onboarded()
    {
        var api = Start();
        await api.SaysAsync("Now listening on: ");
        await api.TerminateAsync();
        var data = new DirectoryInfo(Path.Combine(folder.FullName, "data"));
        await using var database = SqliteDatabase.OfOthers(data);
        var journal = new Journal(database, Path.Combine(data.FullName, "datasets"));
        Assert.That(await journal.RunsAsync(), Is.Empty);
        Assert.That(api.Output, Does.Not.Contain("Alder Shop"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            await process.DisposeAsync();
        }
        folder.Delete(recursive: true);
    }

    private async Task<string> TourAsync()
    {
        var tour = Start("tour");
        await tour.SaysAsync(End);
        var (exitCode, took) = await tour.TerminateAsync();
        await TestContext.Out.WriteLineAsync(tour.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Zero);
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(8)));
        }
        return tour.Output;
    }

    private RunningProcess Start(params string[] arguments)
    {
        var settings = new Dictionary<string, string> { ["PORT"] = "0", ["ASPNETCORE_ENVIRONMENT"] = "Development" };
        if (arguments.Length > 0)
        {
            // The tour knows by itself that it is for trying things out.
            settings.Remove("ASPNETCORE_ENVIRONMENT");
        }
        var process = new RunningProcess("the API", BuiltProgram.Api, arguments, folder.FullName, settings);
        started.Add(process);
        return process;
    }

    private static IEnumerable<string> Titles(string output)
    {
        var lines = output.Split('\n');
        return lines
            .Zip(lines.Skip(1))
            .Where(pair => pair.Second.StartsWith("---", StringComparison.Ordinal))
            .Select(pair => pair.First);
    }

    private static string Stock(string output) =>
        output.Split('\n').Last(line => line.Contains("runs so far: ", StringComparison.Ordinal));
}
