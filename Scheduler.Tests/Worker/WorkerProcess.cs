using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scheduler.Tests.Worker;

/// <summary>The built worker as a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int SigTerm = 15;
    private readonly Process process;

    public WorkerProcess(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { WorkerAssembly() },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in (string[])["API_URL", "ADMIN_KEY", "WORKER_KEY", "WORKER_ID", "WORKER_CONCURRENCY"])
        {
            start.Environment.Remove(name);
        }
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        process = Process.Start(start)!;
        Output = process.StandardOutput.ReadToEndAsync();
        Error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>All of it, once the process has ended.</summary>
    public Task<string> Output { get; }
    public Task<string> Error { get; }

    public void Terminate() => _ = Kill(process.Id, SigTerm);

    public async Task<int> ExitCodeAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
        process.Dispose();
    }

    // The worker's own output folder: beside the tests' copy stand the tests' versions of its libraries.
    private static string WorkerAssembly()
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(tests.Parent!.Parent!.FullName, "Scheduler.Worker", tests.Name, "Scheduler.Worker.dll");
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
