using System.Collections.Immutable;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Campaigns;

/// <summary>A place of an API instance or a worker: one process after another, on the same port and under the same name.</summary>
internal sealed class Slot(string name, Func<Slot, IReadOnlyDictionary<string, string>, Task<RunningProcess>> start)
{
    /// <summary>A list of its own after each start: a fault counts them while one is started.</summary>
    private ImmutableArray<RunningProcess> processes = [];

    private List<int>? ended;

    public string Name => name;

    /// <summary>The one that was started last; null before the first start.</summary>
    public RunningProcess? Process => processes.Length == 0 ? null : processes[^1];

    public IReadOnlyList<RunningProcess> Processes => processes;

    public bool IsUp => Process is { HasExited: false } && IsReady;

    /// <summary>Whether the process has said that it is ready.</summary>
    public bool IsReady { get; private set; }

    /// <summary>While a fault keeps it down or frozen, nobody starts it again.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Settings that the next start has and those after it have not, as a failpoint is.</summary>
    public Queue<(string Name, string Value)> Once { get; } = [];

    /// <summary>Settings of every start from now on.</summary>
    public Dictionary<string, string> Always { get; } = [];

    public async Task StartAsync()
    {
        IsReady = false;
        var settings = new Dictionary<string, string>(Always);
        if (Once.TryDequeue(out var once))
        {
            settings[once.Name] = once.Value;
        }
        await start(this, settings);
        IsReady = true;
    }

    /// <summary>Called with a process as soon as there is one, before it is ready.</summary>
    public void Began(RunningProcess process) => processes = processes.Add(process);

    /// <summary>The exit codes of the processes that have ended, those left out that were ended by <see cref="CloseAsync"/>.</summary>
    public IEnumerable<int> ExitCodes => ended ?? processes.Select(process => process.ExitCode).OfType<int>();

    /// <summary>How many of its processes were ended by SIGKILL.</summary>
    public int Killed => ExitCodes.Count(code => code == RunningProcess.KilledExitCode);

    /// <summary>Ends what lives.</summary>
    public async Task CloseAsync()
    {
        ended = [.. ExitCodes];
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }
    }
}
