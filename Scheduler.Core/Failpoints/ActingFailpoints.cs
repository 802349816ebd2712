using System.Collections.Concurrent;
using System.Diagnostics;

namespace Scheduler.Core.Failpoints;

/// <summary>Holds or ends the process at the places that it was given.</summary>
/// <param name="timeProvider">Paces the look for the file that lets a held process go on.</param>
public sealed class ActingFailpoints(IReadOnlyDictionary<string, FailpointAction> actions, TimeProvider timeProvider)
    : IFailpoints
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, int> reached = new(StringComparer.Ordinal);

    public async ValueTask ReachedAsync(string failpoint, CancellationToken cancellationToken)
    {
        switch (actions.GetValueOrDefault(failpoint))
        {
            case FailpointAction.Touch(var file):
                await HoldAsync(failpoint, file, cancellationToken);
                break;
            case FailpointAction.Kill(var nth, var armed)
                when (armed is null || File.Exists(armed))
                    && reached.AddOrUpdate(failpoint, 1, (_, times) => times + 1) == nth:
                Process.GetCurrentProcess().Kill();
                // Nothing of this process goes on while the signal is on its way.
                await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, CancellationToken.None);
                break;
        }
    }

    private async Task HoldAsync(string failpoint, string file, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(file, failpoint, cancellationToken);
        while (!File.Exists($"{file}.go"))
        {
            await Task.Delay(LookEvery, timeProvider, cancellationToken);
        }
    }
}
