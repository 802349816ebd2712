using System.Diagnostics;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Checks;

/// <summary>One command of a check run, with a title before it and its time after it.</summary>
internal sealed record CheckStep(string Title, string Command, IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(30);

    /// <returns>The command's exit code.</returns>
    public async Task<int> RunAsync()
    {
        Console.WriteLine($"== {Title}");
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(Settings())!;
        using var ticker = new Timer(
            _ => Console.WriteLine($"   … {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s"),
            null,
            SignOfLife,
            SignOfLife
        );
        await process.WaitForExitAsync();
        var verdict = process.ExitCode == 0 ? "ok" : $"failed with exit code {process.ExitCode}";
        Console.WriteLine($"   {verdict} after {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
        return process.ExitCode;
    }

    private ProcessStartInfo Settings()
    {
        var settings = new ProcessStartInfo(Command, Arguments) { WorkingDirectory = Repository.Root };
        settings.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        settings.Environment["DOTNET_NOLOGO"] = "1";
        return settings;
    }
}
