using System.Diagnostics;

namespace Scheduler.Tests.Campaigns;

/// <summary>A folder with a small file system of its own, in memory; unmounted and removed at the end. Takes root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(DirectoryInfo folder) => Folder = folder;

    /// <summary>Why this machine has none; null if it has.</summary>
    public static string? Unable { get; } = Try();

    public DirectoryInfo Folder { get; }

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var folder = Directory.CreateTempSubdirectory("scheduler-disk-");
        await RunAsync("mount", $"-t tmpfs -o size={megabytes}m tmpfs {folder.FullName}");
        // Database servers run as somebody else.
        await RunAsync("chmod", $"755 {folder.FullName}");
        return new SmallDisk(folder);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", $"--lazy {Folder.FullName}");
        Folder.Delete(recursive: true);
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "a small file system takes root on Linux";
        }
        try
        {
            MountAsync(1).GetAwaiter().GetResult().DisposeAsync().AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (InvalidOperationException failure)
        {
            return $"no file system can be mounted here: {failure.Message}";
        }
    }

    private static async Task RunAsync(string program, string arguments)
    {
        using var run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments}: {error.Trim()}");
        }
    }
}
