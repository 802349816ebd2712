using Scheduler.Tests.Benchmarks;
using Scheduler.Tests.Campaigns;
using Scheduler.Tests.Campaigns.Recovery;
using Scheduler.Tests.Mutations;
using Scheduler.Tests.Planted;
using Scheduler.Tests.Simulation;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Checks;

/// <summary>
/// All checks of the repository behind one command, <c>dotnet run --project Scheduler.Tests</c>: layout, code style, tests. Ends
/// with the line of counts, read from the test results.
/// </summary>
internal static class CheckRun
{
    public static async Task<int> EverythingAsync()
    {
        var failed = new List<string>();
        foreach (var step in Steps())
        {
            if (await step.RunAsync() != 0)
            {
                failed.Add(step.Title);
            }
        }
        return await TestsAsync(
            Configuration,
            [
                "--filter",
                "TestCategory!=Benchmark",
                // No test takes a tenth of this: one that hangs is named, and the run ends.
                "--blame-hang-timeout",
                "5m",
                "--blame-hang-dump-type",
                "none",
            ],
            failed
        );
    }

    /// <summary>Measured is the build that is shipped; the figures are told as they come, and all of them at the end.</summary>
    public static async Task<int> BenchmarksAsync(BenchmarkCall call)
    {
        var figures = call.Tsv ?? Path.Combine(Path.GetTempPath(), $"scheduler-figures-{Guid.NewGuid():N}.tsv");
        await File.WriteAllTextAsync(figures, "");
        Environment.SetEnvironmentVariable(BenchmarkSettings.TsvVariable, Path.GetFullPath(figures));
        if (call.Engine is { } engine)
        {
            Environment.SetEnvironmentVariable(BenchmarkSettings.EngineVariable, engine);
        }
        var result = await TestsAsync(
            "Release",
            ["--filter", call.Filter, "--logger", "console;verbosity=detailed"],
            []
        );
        foreach (var line in await File.ReadAllLinesAsync(figures))
        {
            var cells = line.Split('\t');
            Console.WriteLine($"{cells[1], -40} {cells[2], 14} {cells[3]}");
        }
        if (call.Tsv is null)
        {
            File.Delete(figures);
        }
        return result;
    }

    public static int Explain()
    {
        Console.Error.WriteLine(
            $"Usage: dotnet run --project Scheduler.Tests [-- {BenchmarkCall.Usage} | {SimulateCall.Usage} | {Planting.Usage} | {MutateSqlCall.Usage} | {CampaignCall.Usage} | {RecoveryCommand.Usage} | clouds | browser | screenshots]"
        );
        return 2;
    }

    private static IEnumerable<CheckStep> Steps() =>
        [
            new("restore tools", "dotnet", ["tool", "restore"]),
            new("layout (dotnet csharpier format . mends it)", "dotnet", ["csharpier", "check", "."]),
            new(
                "from npm: ZetaSQL, which executes BigQuery's SQL, axe-core, which judges pages, and the schemas that the files under infra are judged by",
                "npm",
                [
                    "ci",
                    "--prefix",
                    "Scheduler.Tests",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel",
                    "error",
                ]
            ),
            new("Chromium, in which the pages are tried", "dotnet", [typeof(CheckRun).Assembly.Location, "browser"]),
            // White space is CSharpier's: the two differ in places.
            new(
                "code style (dotnet format style mends it)",
                "dotnet",
                ["format", "style", "Scheduler.sln", "--no-restore", "--severity", "warn", "--verify-no-changes"]
            ),
        ];

    private static async Task<int> TestsAsync(string configuration, string[] arguments, List<string> failed)
    {
        var results = Path.Combine(Repository.Root, "artifacts", "test-results", "results.trx");
        Directory.CreateDirectory(Path.GetDirectoryName(results)!);
        File.Delete(results);
        var tests = new CheckStep(
            "tests",
            "dotnet",
            [
                "test",
                "Scheduler.Tests",
                "--configuration",
                configuration,
                // This very process was built from the same sources a moment ago; only another configuration needs a build.
                .. configuration == Configuration ? ["--no-build"] : Array.Empty<string>(),
                "--logger",
                $"trx;LogFileName={results}",
                .. arguments,
            ]
        );
        if (await tests.RunAsync() != 0)
        {
            failed.Add(tests.Title);
        }
        var counts = TestCounts.Read(results);
        foreach (var (reason, count) in counts.SkipReasons)
        {
            Console.WriteLine($"skipped {count}: {reason}");
        }
        foreach (var failure in counts.Failures)
        {
            Console.WriteLine($"failed: {failure}");
        }
        foreach (var step in failed)
        {
            Console.WriteLine($"FAILED: {step}");
        }
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return failed.Count == 0 && counts.Passed > 0 ? 0 : 1;
    }

    private static string Configuration =>
#if DEBUG
        "Debug";
#else
        "Release";
#endif
}
