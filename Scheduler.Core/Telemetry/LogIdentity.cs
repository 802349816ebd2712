namespace Scheduler.Core.Telemetry;

/// <summary>Whose lines they are.</summary>
/// <param name="Service">What the process is called, like in its traces.</param>
/// <param name="Project">The Google Cloud project that traces belong to; null where it is not known.</param>
public sealed record LogIdentity(string Service, string? Project)
{
    /// <summary>Of the build.</summary>
    public string Version { get; } = typeof(LogIdentity).Assembly.GetName().Version?.ToString() ?? "0";
}
