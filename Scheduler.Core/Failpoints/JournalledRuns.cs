using System.Diagnostics;
using System.Text.Json;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Failpoints;

/// <summary>
/// Writes down what the runner executes, and is itself the pipeline where the parameter <c>message</c> asks for a poisonous one:
/// <c>poison crash</c> ends the process, <c>poison hang</c> never ends and heeds no stop, <c>poison flood</c> fails with a message of 64 MiB.
/// </summary>
public sealed class JournalledRuns : IPipelineRunner, IDisposable
{
    private const int Flood = 64 * 1024 * 1024;
    private readonly IPipelineRunner inner;
    private readonly RunJournal journal;

    private JournalledRuns(IPipelineRunner inner, RunJournal journal)
    {
        this.inner = inner;
        this.journal = journal;
    }

    /// <summary>The runner itself where no journal is asked for, or this is not Development, where the start is refused for it.</summary>
    public static IPipelineRunner Around(IPipelineRunner runner, string? folder, bool isDevelopment) =>
        isDevelopment && !string.IsNullOrWhiteSpace(folder)
            ? new JournalledRuns(runner, new RunJournal(folder.Trim(), $"{Environment.ProcessId}-{Guid.NewGuid():N}"))
            : runner;

    public async Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        journal.Write("begin", item);
        try
        {
            var result = Poison(item) is { } poison
                ? await TakeAsync(poison, item)
                : await inner.RunAsync(item, cancellationToken);
            journal.Write(result is PipelineResult.Completed ? "done" : "failed", item);
            return result;
        }
        catch
        {
            journal.Write("stopped", item);
            throw;
        }
    }

    public void Dispose() => journal.Dispose();

    private async Task<PipelineResult> TakeAsync(string poison, LeaseItem item)
    {
        if (poison == "crash")
        {
            Process.GetCurrentProcess().Kill();
        }
        if (poison != "flood")
        {
            journal.Write("deaf", item);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        }
        return new PipelineResult.Failed
        {
            ErrorType = ErrorType.Unknown,
            Message = new string('x', Flood),
            Metrics = new RunMetrics(),
        };
    }

    private static string? Poison(LeaseItem item) =>
        item.Parameters is { ValueKind: JsonValueKind.Object } parameters
        && parameters.TryGetProperty("message", out var message)
        && message.ValueKind == JsonValueKind.String
        && message.GetString()!.Split(' ') is ["poison", var kind]
            ? kind
            : null;
}
