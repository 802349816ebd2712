using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>What axe-core finds wrong with a page for people who see, hear or point differently.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Source = new(Read);

    /// <summary>Rules of WCAG 2.2 A and AA that the page breaks, with the elements that do.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        // Once a page: its source is half a megabyte.
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
        {
            await page.EvaluateAsync(Source.Value);
        }
        var result = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations
              .map(rule => ({ id: rule.id, impact: rule.impact, nodes: rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' ' + node.any.concat(node.all).map(check => check.message).join('; ').slice(0, 200)) }))
            """
        );
        return
        [
            .. result
                .EnumerateArray()
                .Select(rule =>
                    $"{rule.GetProperty("id").GetString()} ({rule.GetProperty("impact").GetString()}): "
                    + string.Join(" | ", rule.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()))
                ),
        ];
    }

    private static string Read()
    {
        var file = Path.Combine(Repository.Root, "Scheduler.Tests/node_modules/axe-core/axe.min.js");
        if (!File.Exists(file))
        {
            const string Why = "axe-core is not fetched: npm ci --prefix Scheduler.Tests --ignore-scripts";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            {
                Assert.Fail(Why);
            }
            Assert.Ignore(Why);
        }
        return File.ReadAllText(file);
    }
}
