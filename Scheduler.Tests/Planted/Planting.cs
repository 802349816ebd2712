using System.Diagnostics;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Planted;

/// <summary>
/// The command <c>plant</c>: changes a copy of the sources by each planted bug in turn, builds it, and runs the suites against it. Every
/// bug must be caught by one of them at least.
/// </summary>
internal static class Planting
{
    public const string Usage = "plant [bug ...]";

    private static readonly string[] NotCopied = ["artifacts", "node_modules", ".git", "data", "TestResults"];

    private static readonly (string Name, string[] Arguments)[] Suites =
    [
        (
            "simulation",
            ["artifacts/bin/Scheduler.Tests/debug/Scheduler.Tests.dll", "simulate", "--seeds", "60", "--brief"]
        ),
        (
            "tests of parts",
            [
                "test",
                "Scheduler.Tests",
                "--no-build",
                "--filter",
                "FullyQualifiedName~Storage.Sqlite|FullyQualifiedName~Tests.Queue|FullyQualifiedName~Tests.Execution"
                    + "|FullyQualifiedName~Tests.Time|FullyQualifiedName~Tests.Scheduling|FullyQualifiedName~Tests.Usage",
            ]
        ),
        ("comparison", ["test", "Scheduler.Tests", "--no-build", "--filter", "FullyQualifiedName~Simulation.Model"]),
    ];

    public static bool Knows(string[] names) => names.All(name => PlantedBugs.All.Any(bug => bug.Name == name));

    public static async Task<int> RunAsync(string[] names)
    {
        var copy = Directory.CreateTempSubdirectory("scheduler-planted-");
        try
        {
            Copy(new DirectoryInfo(Repository.Root), copy);
            var survivors = 0;
            Console.WriteLine($"| bug | {string.Join(" | ", Suites.Select(suite => suite.Name))} |");
            Console.WriteLine($"| --- |{string.Concat(Suites.Select(_ => " --- |"))}");
            foreach (var bug in PlantedBugs.All.Where(bug => names.Length == 0 || names.Contains(bug.Name)))
            {
                survivors += await IsCaughtAsync(bug, copy.FullName) ? 0 : 1;
            }
            Console.WriteLine($"{survivors} not caught");
            return survivors == 0 ? 0 : 1;
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static async Task<bool> IsCaughtAsync(PlantedBug bug, string root)
    {
        var originals = bug
            .Edits.Select(edit => edit.File)
            .Distinct()
            .ToDictionary(file => file, file => Read(root, file));
        foreach (var edit in bug.Edits)
        {
            await WriteAsync(root, edit.File, Read(root, edit.File).Replace(edit.Original, edit.Replacement));
        }
        try
        {
            // What the compiler says of a mistake is not what is asked.
            if (
                await RunAsync(root, ["build", "Scheduler.Tests", "-v", "q", "-p:TreatWarningsAsErrors=false"]) is not 0
            )
            {
                throw new InvalidOperationException($"{bug.Name} does not build.");
            }
            var caught = new List<bool>();
            foreach (var (_, arguments) in Suites)
            {
                caught.Add(await RunAsync(root, arguments) != 0);
            }
            Console.WriteLine(
                $"| {bug.Name}: {bug.What} | {string.Join(" | ", caught.Select(it => it ? "caught" : "–"))} |"
            );
            return caught.Contains(true);
        }
        finally
        {
            foreach (var (file, text) in originals)
            {
                await WriteAsync(root, file, text);
            }
        }
    }

    private static async Task<int> RunAsync(string root, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var told = Path.Combine(root, "last.log");
        await File.WriteAllTextAsync(told, await output + await errors);
        return process.ExitCode;
    }

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (var file in from.EnumerateFiles())
        {
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        }
        foreach (var folder in from.EnumerateDirectories().Where(folder => !NotCopied.Contains(folder.Name)))
        {
            Copy(folder, to.CreateSubdirectory(folder.Name));
        }
    }

    private static string Read(string root, string file) => File.ReadAllText(Path.Combine(root, file));

    private static Task WriteAsync(string root, string file, string text) =>
        File.WriteAllTextAsync(Path.Combine(root, file), text);
}
