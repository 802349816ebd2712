namespace Scheduler.Core.Failpoints;

/// <summary>What a process does at a named place.</summary>
public abstract record FailpointAction
{
    private FailpointAction() { }

    /// <summary>Creates the file, then waits until <c>&lt;file&gt;.go</c> exists.</summary>
    public sealed record Touch(string File) : FailpointAction;

    /// <summary>
    /// Ends the process by SIGKILL when the place is reached for the <paramref name="Nth"/> time, from 1 on; only while the file
    /// <paramref name="Armed"/> exists does a time count, if there is one.
    /// </summary>
    public sealed record Kill(int Nth, string? Armed = null) : FailpointAction;
}
