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

    /// <summary>Lets it go on, and through at the next times.</summary>
    public void Open() => File.WriteAllText($"{reached}.go", "");

    /// <summary>Holds again at the next time.</summary>
    public void Close()
    {
        File.Delete($"{reached}.go");
        File.Delete(reached);
    }
}
