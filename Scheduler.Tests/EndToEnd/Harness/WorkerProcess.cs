namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A worker as built.</summary>
internal sealed class WorkerProcess : RunningProcess
{
    private WorkerProcess(string name, string folder, IReadOnlyDictionary<string, string> settings)
        : base(name, BuiltProgram.Worker, [], folder, settings) { }

    /// <summary>Returns once the worker has said what it works for.</summary>
    public static async Task<WorkerProcess> StartAsync(
        string name,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        Action<RunningProcess> started
    )
    {
        var worker = new WorkerProcess(name, folder, settings);
        started(worker);
        await worker.SaysAsync("works for");
        return worker;
    }
}
