using Scheduler.Core.Failpoints;

namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>A place in a process where a test holds it: a failpoint with its two files.</summary>
internal sealed class Hold(string folder, string failpoint)
{
    private readonly string reached = Path.Combine(folder, $"{failpoint.Replace(':', '-')}-{Guid.NewGuid():N}");

    public string Failpoint { get; } = failpoint;

    /// <summary>The setting that makes a process stop there.</summary>
    public (string Name, string Value) Setting => (FailpointSetting.Variable, $"{Failpoint}=touch {reached}");

    /// <summary>Waits until a process stands there.</summary>
    public Task ReachedAsync() => Until.TrueAsync($"a process reaches {Failpoint}", () => File.Exists(reached));

    /// <summary>Whether a process comes to stand there in that time.</summary>
    public Task<bool> IsReachedAsync(TimeSpan within) => Until.IsTrueAsync(() => File.Exists(reached), within);

    /// <summary>Lets it go on, and through at the next times.</summary>
    public void Open() => File.WriteAllText($"{reached}.go", "");

    /// <summary>
    /// Holds again at the next time. A process that goes through at this very moment may be taken for one that stands there; the
    /// other order would leave one standing of which nobody is told.
    /// </summary>
    public void Close()
    {
        File.Delete(reached);
        File.Delete($"{reached}.go");
    }
}
