using System.Globalization;
using Scheduler.Core.Storage;
using Scheduler.Tests.Simulation.Judging;

namespace Scheduler.Tests.Campaigns;

/// <summary>Reads what the processes have written down of their executions (<see cref="Scheduler.Core.Failpoints.RunJournal"/>).</summary>
internal static class Journals
{
    /// <summary>By run, in the order of their begin.</summary>
    public static ILookup<string, ExecutionNote> Read(string folder, Action<string, string> broken)
    {
        var executions = new List<ExecutionNote>();
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var open = new Dictionary<(string, long), ExecutionNote>();
            // The last line of one that was killed may be half a line.
            foreach (
                var cells in File.ReadLines(file).Select(line => line.Split('\t')).Where(cells => cells.Length == 6)
            )
            {
                var (run, epoch) = (cells[1], long.Parse(cells[3], CultureInfo.InvariantCulture));
                var at = Microseconds.FromMicroseconds(long.Parse(cells[5], CultureInfo.InvariantCulture));
                if (cells[0] == "begin")
                {
                    open[(run, epoch)] = new ExecutionNote(run, epoch, at);
                    executions.Add(open[(run, epoch)]);
                    continue;
                }
                var execution = open[(run, epoch)];
                if (cells[0] == "deaf")
                {
                    execution.IsDeaf = true;
                    continue;
                }
                execution.Ended = at;
                execution.Succeeded = cells[0] == "stopped" ? null : cells[0] == "done";
            }
        }
        foreach (var twice in executions.GroupBy(one => (one.RunId, one.Epoch)).Where(group => group.Count() > 1))
        {
            broken("I2", $"Run {twice.Key.RunId} was executed {twice.Count()} times under lease {twice.Key.Epoch}.");
        }
        return executions.OrderBy(execution => execution.Began).ToLookup(execution => execution.RunId);
    }
}
