namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A worker as built.</summary>
internal sealed class WorkerProcess : RunningProcess
{
    private WorkerProcess(
        string name,
        string? assembly,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        string[] launcher
    )
        : base(name, assembly ?? BuiltProgram.Worker, [], folder, settings, launcher) { }

    /// <summary>Returns once the worker has said what it works for.</summary>
    /// <param name="assembly">The program, if it is not the one of this build.</param>
    /// <param name="launcher">See <see cref="RunningProcess"/>.</param>
    public static async Task<WorkerProcess> StartAsync(
        string name,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        Action<RunningProcess> started,
        string? assembly = null,
        params string[] launcher
    )
    {
        var worker = new WorkerProcess(name, assembly, folder, settings, launcher);
        started(worker);
        await worker.SaysAsync("works for");
        return worker;
    }
}
