namespace Scheduler.Tests.EndToEnd.Harness;

/// <summary>The API as built, on a loopback port of its own.</summary>
internal sealed class ApiProcess : RunningProcess
{
    private const string Listening = "Now listening on: ";

    private ApiProcess(
        string name,
        string? assembly,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        string[] launcher
    )
        : base(name, assembly ?? BuiltProgram.Api, [], folder, settings, launcher) { }

    public Uri Address { get; private set; } = null!;

    /// <summary>Returns once the API says that it is ready.</summary>
    /// <param name="assembly">The program, if it is not the one of this build.</param>
    /// <param name="launcher">See <see cref="RunningProcess"/>.</param>
    public static async Task<ApiProcess> StartAsync(
        string folder,
        IReadOnlyDictionary<string, string> settings,
        Action<RunningProcess> started,
        string name = "the API",
        string? assembly = null,
        params string[] launcher
    )
    {
        var api = new ApiProcess(name, assembly, folder, settings, launcher);
        started(api);
        var line = await api.SaysAsync(Listening);
        api.Address = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim());
        using var client = new SchedulerClient(api.Address, adminKey: "none");
        await Until.TrueAsync(
            "the API is ready",
            () =>
                api.HasExited
                    ? throw new InvalidOperationException(
                        $"{name} has ended with exit code {api.ExitCode}.\n{api.Output}"
                    )
                    : client.IsReadyAsync()
        );
        return api;
    }
}
