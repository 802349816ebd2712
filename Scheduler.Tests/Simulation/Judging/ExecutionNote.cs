using NodaTime;

namespace Scheduler.Tests.Simulation.Judging;

/// <summary>One time that a pipeline's code ran, as it wrote it down itself.</summary>
internal class ExecutionNote(string runId, long epoch, Instant began)
{
    public string RunId => runId;
    public long Epoch => epoch;
    public Instant Began => began;

    /// <summary>Null while it runs, and where its process was killed.</summary>
    public Instant? Ended { get; set; }

    /// <summary>It does not heed that it is to stop, so another one may run beside it.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Whether its code came to its end by itself, with a success; null where it was stopped.</summary>
    public bool? Succeeded { get; set; }
}
