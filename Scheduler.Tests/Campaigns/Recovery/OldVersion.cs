using System.Diagnostics;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns.Recovery;

/// <summary>The programs of another commit, built in a work tree of their own outside the repository.</summary>
internal sealed class OldVersion : IDisposable
{
    private readonly DirectoryInfo folder;

    private OldVersion(DirectoryInfo folder) => this.folder = folder;

    private string Tree => Path.Combine(folder.FullName, "tree");

    private string Artifacts => Path.Combine(folder.FullName, "artifacts");

    public static async Task<OldVersion> BuildAsync(string commit)
    {
        var old = new OldVersion(Directory.CreateTempSubdirectory("scheduler-old-"));
        await RunAsync("git", ["worktree", "add", "--detach", old.Tree, commit], Repository.Root);
        foreach (var project in (string[])["Scheduler.Api", "Scheduler.Worker"])
        {
            await RunAsync(
                "dotnet",
                ["build", project, "--artifacts-path", old.Artifacts, "-v", "q", "--nologo"],
                old.Tree
            );
        }
        return old;
    }

    public string Program(string project) => Path.Combine(Artifacts, "bin", project, "debug", $"{project}.dll");

    public void Dispose()
    {
        RunAsync("git", ["worktree", "remove", "--force", Tree], Repository.Root).GetAwaiter().GetResult();
        folder.Delete(recursive: true);
    }

    private static async Task RunAsync(string program, string[] arguments, string place)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = place,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var error = run.StandardError.ReadToEndAsync();
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {said}{await error}");
        }
    }
}
