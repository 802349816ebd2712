using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A built program as a process of its own, with its output and the signals that a test sends it.</summary>
internal class RunningProcess : IAsyncDisposable
{
    /// <summary>What a shell reports for a process that SIGKILL has ended.</summary>
    public const int KilledExitCode = 128 + (int)Signal.Kill;

    private static readonly string[] Foreign =
    [
        "ADMIN_KEY",
        "WORKER_KEY",
        "WORKER_",
        "API_URL",
        "PORT",
        "POLL_INTERVAL_SECONDS",
        "SCHEDULER_",
        "ASPNETCORE_",
        "DOTNET_ENVIRONMENT",
        "OTEL_",
    ];
    private readonly Process process = new();
    private readonly ConcurrentQueue<string> lines = new();

    /// <param name="name">For messages.</param>
    /// <param name="program">The program's dll, or a program that needs no .NET beside it: that one starts with an empty environment,
    /// as a service manager starts it.</param>
    /// <param name="folder">Its working folder.</param>
    /// <param name="launcher">A command that becomes the program, such as one that enters a network namespace first.</param>
    public RunningProcess(
        string name,
        string program,
        IEnumerable<string> arguments,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        params string[] launcher
    )
    {
        Name = name;
        var needsRuntime = program.EndsWith(".dll", StringComparison.Ordinal);
        string[] command = [.. launcher, .. needsRuntime ? ["dotnet"] : Array.Empty<string>(), program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var setting in start.Environment.Keys.Where(name => !needsRuntime || IsForeign(name)).ToList())
        {
            start.Environment.Remove(setting);
        }
        foreach (var (setting, value) in settings)
        {
            start.Environment[setting] = value;
        }
        process.StartInfo = start;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private enum Signal
    {
        Kill = 9,
        Terminate = 15,
        Continue = 18,
        Stop = 19,
    }

    public string Name { get; }

    /// <summary>All that it has said so far, standard output and error together.</summary>
    public string Output => string.Join('\n', lines);

    public bool HasExited => process.HasExited;

    /// <summary>Null while it lives.</summary>
    public int? ExitCode => process.HasExited ? process.ExitCode : null;

    public int ProcessId => process.Id;

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory now.</summary>
    public double MemoryMiB => Status("VmRSS");

    /// <summary>The most resident memory that it has had.</summary>
    public double PeakMemoryMiB => Status("VmHWM");

    /// <summary>Waits for a line that contains the text, and returns it.</summary>
    public Task<string> SaysAsync(string text) =>
        Until.SeenAsync(
            $"{Name} says '{text}'",
            () =>
            {
                var line = lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
                return line is null && HasExited
                    ? throw new InvalidOperationException($"{Name} ended with exit code {process.ExitCode}.\n{Output}")
                    : Task.FromResult(line);
            }
        );

    /// <summary>SIGKILL, as a power cut would; returns the exit code, which is the proof.</summary>
    public async Task<int> KillAsync()
    {
        Send(Signal.Kill);
        return await ExitCodeAsync();
    }

    /// <summary>SIGTERM; returns the exit code and how long the process took to end.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> TerminateAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        Send(Signal.Terminate);
        var exitCode = await ExitCodeAsync();
        return (exitCode, TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>SIGSTOP: the process is frozen from here on; waits until the kernel says so.</summary>
    public Task StopAsync()
    {
        Send(Signal.Stop);
        return Until.TrueAsync($"{Name} is stopped", () => State() == 'T');
    }

    /// <summary>SIGCONT.</summary>
    public void Continue() => Send(Signal.Continue);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private static bool IsForeign(string setting) =>
        Foreign.Any(start => setting.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    private async Task<int> ExitCodeAsync()
    {
        await Until.TrueAsync($"{Name} has ended", () => process.HasExited);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    // The field after the name in parentheses: R, S, D, T (stopped), Z.
    private char State()
    {
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }

    // A line such as "VmRSS:	  120832 kB".
    private double Status(string field) =>
        File.ReadLines($"/proc/{process.Id}/status")
            .Where(line => line.StartsWith(field, StringComparison.Ordinal))
            .Select(line => double.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1]) / 1024)
            .Single();

    private void Take(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private void Send(Signal signal)
    {
        if (Kill(process.Id, (int)signal) != 0)
        {
            throw new InvalidOperationException($"{Name} took no {signal}: it has ended.\n{Output}");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
