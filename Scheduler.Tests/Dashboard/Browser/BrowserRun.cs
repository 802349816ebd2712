using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>One browser and one seeded system for all tests of this namespace.</summary>
[SetUpFixture]
internal sealed class BrowserRun
{
    private static IPlaywright? playwright;
    private static IBrowser? browser;
    private static SeededSystem? system;

    public static IBrowser Browser => browser!;

    public static SeededSystem System => system!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // Many tests share the machine: a page that comes late is no fault of the page.
        Assertions.SetDefaultExpectTimeout(30_000);
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.LaunchAsync(playwright);
        system = await SeededSystem.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }
        playwright?.Dispose();
        if (system is not null)
        {
            await system.DisposeAsync();
        }
    }
}
