using System.Collections;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>
/// The browser that the pages are tried in: one that is installed, or the one that npm has brought, or the one that Playwright
/// fetches.
/// </summary>
internal static class Chromium
{
    /// <summary>The path of a Chromium, where it has an unusual one.</summary>
    public const string Variable = "SCHEDULER_CHROMIUM";

    private const string Missing =
        $"No Chromium: install one (apt-get install chromium), name one in {Variable}, let npm bring one (npm ci --prefix Scheduler.Tests --ignore-scripts; Linux on x64), or let Playwright fetch its own.";
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static string? Installed =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator)
                .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);

    /// <summary>The test is ignored where there is none, and fails in CI.</summary>
    public static async Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        // Its sandbox needs rights that containers do not give; it sees pages of this repository only.
        var options = new BrowserTypeLaunchOptions { ExecutablePath = Installed, Args = ["--no-sandbox"] };
        if (options.ExecutablePath is null && NpmChromium.Unpack() is { } brought)
        {
            options.ExecutablePath = brought.Executable;
            // Together with what Playwright would hand on by itself.
            options.Env = Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""))
                .ExceptBy(brought.Environment.Keys, variable => variable.Key)
                .Concat(brought.Environment);
        }
        try
        {
            return await playwright.Chromium.LaunchAsync(options);
        }
        catch (PlaywrightException failure)
        {
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail($"{Missing} {failure.Message}");
            }
            Assert.Ignore(Missing);
            throw;
        }
    }

    /// <summary>Makes sure that there is one, as a step of the check run; 0 where there is.</summary>
    public static int Provide()
    {
        if ((Installed ?? NpmChromium.Unpack()?.Executable) is { } path)
        {
            Console.WriteLine($"   {path}");
            return 0;
        }
        if (Microsoft.Playwright.Program.Main(["install", "--only-shell", "chromium"]) == 0)
        {
            return 0;
        }
        Console.WriteLine($"   {Missing}");
        return 1;
    }
}
