using System.Diagnostics;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra;

/// <summary>A script of this folder that judges a file by a package from npm, and prints one fault a line.</summary>
internal static class NodeScript
{
    /// <summary>The test is ignored where the package was not fetched.</summary>
    /// <param name="script">From Scheduler.Tests/Infra on.</param>
    /// <param name="package">What it judges by.</param>
    public static async Task<string[]> FaultsAsync(string script, string package, string input)
    {
        var tests = Path.Combine(Repository.Root, "Scheduler.Tests");
        if (!Directory.Exists(Path.Combine(tests, "node_modules", package)))
        {
            Assert.Ignore($"{package} is not fetched: npm ci --prefix Scheduler.Tests");
        }
        var start = new ProcessStartInfo("node", [Path.Combine(tests, "Infra", script)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var error = run.StandardError.ReadToEndAsync();
        await run.StandardInput.WriteAsync(input);
        run.StandardInput.Close();
        var said = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        Assert.That(run.ExitCode, Is.Zero, said + await error);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
