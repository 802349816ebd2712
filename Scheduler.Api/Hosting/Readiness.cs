using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>Asks what the process needs whether it answers; whoever asks within a second gets the same answer.</summary>
internal sealed class Readiness(IEnumerable<IReadinessProbe> probes, TimeProvider time, ILogger<Readiness> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<string>>? asked;
    private long askedAt;

    /// <summary>What is wrong; empty when the process is ready.</summary>
    public Task<IReadOnlyList<string>> FaultsAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (asked is null || (asked.IsCompleted && time.GetElapsedTime(askedAt) >= MaxAge))
            {
                askedAt = time.GetTimestamp();
                asked = AskAsync();
            }
            return asked.WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> AskAsync()
    {
        var faults = new List<string>();
        foreach (var probe in probes)
        {
            if (await AskAsync(probe) is { } fault)
            {
                faults.Add($"{probe.Name}: {fault}");
            }
        }
        return faults;
    }

    /// <summary>A probe that throws or hangs is a probe that failed; why it threw is for the log.</summary>
    private async Task<string?> AskAsync(IReadinessProbe probe)
    {
        try
        {
            return await probe.CheckAsync(CancellationToken.None).AsTask().WaitAsync(Patience, time);
        }
        catch (Exception failure)
        {
            LogMessages.ProbeFailed(logger, failure, probe.Name);
            return failure is TimeoutException ? "no answer in time" : "failed";
        }
    }
}
