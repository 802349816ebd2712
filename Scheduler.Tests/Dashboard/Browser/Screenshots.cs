using Microsoft.Playwright;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>Makes the pictures of docs/dashboard.md: <c>dotnet run --project Scheduler.Tests -- screenshots</c>.</summary>
internal static class Screenshots
{
    /// <summary>Those that the document shows; with this variable set, all pages into that folder, in both widths and schemes.</summary>
    public const string Variable = "SCHEDULER_SCREENSHOTS";

    private static readonly string[] Shown =
    [
        "overview",
        "pipeline",
        "run-failed",
        "customer",
        "alert",
        "forecast",
        "queue",
    ];

    /// <summary>The process's exit code.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        var run = new BrowserRun();
        try
        {
            await run.StartAsync();
            await TakeAllAsync(output);
            return 0;
        }
        catch (ResultStateException failure)
        {
            await output.WriteLineAsync(failure.Message);
            return 1;
        }
        finally
        {
            await run.StopAsync();
        }
    }

    private static async Task TakeAllAsync(TextWriter output)
    {
        var all = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;
        var target = all ?? Path.Combine(Repository.Root, "docs", "images");
        Directory.CreateDirectory(target);
        foreach (var (width, colours) in Looks(all is not null))
        {
            await using var window = await Window.SignedInAsync(width, colours: colours);
            foreach (var (name, path) in PageList.All.Where(page => all is not null || Shown.Contains(page.Name)))
            {
                await window.GoAsync(path);
                await TakeAsync(
                    window,
                    target,
                    all is null ? name : $"{name}-{width}-{colours}".ToLowerInvariant(),
                    all is not null
                );
            }
        }
        if (all is null)
        {
            await using var narrow = await Window.SignedInAsync(400, 860, ColorScheme.Dark);
            await narrow.GoAsync("/dashboard");
            await TakeAsync(narrow, target, "narrow", isWhole: false);
        }
        await output.WriteLineAsync($"   the pictures are in {target}");
    }

    private static (int Width, ColorScheme Colours)[] Looks(bool isEvery) =>
        isEvery
            ? [(1360, ColorScheme.Light), (1360, ColorScheme.Dark), (400, ColorScheme.Light), (400, ColorScheme.Dark)]
            : [(1200, ColorScheme.Light)];

    private static async Task TakeAsync(Window window, string folder, string name, bool isWhole) =>
        await window.Page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(folder, $"dashboard-{name}.png"), FullPage = isWhole }
        );
}
