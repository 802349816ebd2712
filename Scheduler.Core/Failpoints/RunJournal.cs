using System.Globalization;
using System.Text;
using Scheduler.Core.Contracts;

namespace Scheduler.Core.Failpoints;

/// <summary>
/// What a process has executed, for whoever judges it afterwards: a line at each begin and end of a run, appended to a file of its own
/// and handed to the system at once, so that it outlives SIGKILL. The lines are kind, run, attempt, lease epoch, pipeline,
/// microseconds since 1970 by the machine's clock.
/// </summary>
public sealed class RunJournal : IDisposable
{
    /// <summary>Path of the folder; only the Development environment accepts it.</summary>
    public const string Variable = "SCHEDULER_RUN_JOURNAL";

    private readonly Lock gate = new();
    private readonly FileStream file;

    /// <param name="writer">Who writes; names the file.</param>
    public RunJournal(string folder, string writer)
    {
        Directory.CreateDirectory(folder);
        file = new FileStream(
            Path.Combine(folder, $"{writer}.tsv"),
            FileMode.Append,
            FileAccess.Write,
            FileShare.ReadWrite,
            bufferSize: 0
        );
    }

    /// <param name="kind"><c>begin</c>, and at the end <c>done</c>, <c>failed</c> or <c>stopped</c>; <c>deaf</c> for one that heeds no stop.</param>
    public void Write(string kind, LeaseItem item)
    {
        var micros = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}\t{item.RunId}\t{item.RetryAttempt}\t{item.LeaseEpoch}\t{item.ConfigId}\t{micros}\n"
        );
        lock (gate)
        {
            file.Write(Encoding.UTF8.GetBytes(line));
        }
    }

    public void Dispose() => file.Dispose();
}
