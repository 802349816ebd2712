using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>Every page in a real browser: no complaint of the console, nothing that axe finds, nothing that sticks out.</summary>
[TestFixture]
internal sealed class PageTests
{
    /// <summary>Colours are judged in both schemes, layouts in both widths; axe looks at each page once in each scheme.</summary>
    [TestCase(1360, ColorScheme.Light, true)]
    [TestCase(1360, ColorScheme.Dark, false)]
    [TestCase(400, ColorScheme.Light, false)]
    [TestCase(400, ColorScheme.Dark, true)]
    public async Task Every_page_is_sound(int width, ColorScheme colours, bool isJudged)
    {
        await using var window = await Window.SignedInAsync(width, colours: colours);
        var faults = new List<string>();
        foreach (var (name, path) in PageList.All)
        {
            await window.GoAsync(path);
            var wide = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (wide > width)
            {
                faults.Add($"{name} is {wide} wide");
            }
            if (isJudged)
            {
                faults.AddRange((await Axe.ViolationsAsync(window.Page)).Select(fault => $"{name}: {fault}"));
            }
        }

        Assert.That(faults.Concat(window.Complaints), Is.Empty);
    }

    [Test]
    public async Task The_way_in_is_sound_too()
    {
        await using var window = await Window.OpenAsync();
        await window.Page.GotoAsync("/dashboard/sign-in");
        var faults = await Axe.ViolationsAsync(window.Page);
        await window.Page.GetByLabel("Admin key").FillAsync("not the key");
        await window.Button("Sign in").ClickAsync();

        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not the admin key.");
        Assert.That(faults, Is.Empty);
    }

    [Test]
    public async Task Every_link_of_the_overview_leads_to_a_page()
    {
        await using var window = await Window.SignedInAsync();
        await window.GoAsync("/dashboard");
        var links = await window
            .Page.Locator("main a[href^='/']")
            .EvaluateAllAsync<string[]>("links => [...new Set(links.map(link => link.getAttribute('href')))]");

        Assert.That(links, Has.Length.GreaterThan(10));
        foreach (var link in links)
        {
            Assert.That((await window.Page.APIRequest.GetAsync(link)).Status, Is.EqualTo(200), link);
        }
    }

    [Test]
    public async Task Lists_are_filtered_sorted_and_paged_by_links_that_can_be_kept()
    {
        await using var window = await Window.SignedInAsync();
        await window.GoAsync("/dashboard/pipelines");
        await window.Page.GetByLabel("Search").FillAsync("CEDAR");
        await window.Page.GetByLabel("State").SelectOptionAsync("paused");
        await window.Button("Show").ClickAsync();
        await Assertions.Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        Assert.That(window.Page.Url, Does.Contain("search=CEDAR").And.Contain("state=paused"));

        await window.GoAsync("/dashboard/pipelines?sort=name");
        var names = await window.Page.Locator("tbody .main-link").AllTextContentsAsync();
        await window.Link("Pipeline ▲").Or(window.Page.Locator("th a:has-text('Pipeline')")).First.ClickAsync();
        var reversed = await window.Page.Locator("tbody .main-link").AllTextContentsAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Is.EqualTo(names.Order(StringComparer.Ordinal)));
            Assert.That(reversed, Is.EqualTo(names.Reverse()));
        }

        await window.GoAsync("/dashboard/runs?show=ended");
        var first = await window.Page.Locator("tbody tr").EvaluateAllAsync<string[]>("rows => rows.map(row => row.id)");
        await window.Link("Next page").ClickAsync();
        var second = await window
            .Page.Locator("tbody tr")
            .EvaluateAllAsync<string[]>("rows => rows.map(row => row.id)");
        Assert.That(second, Is.Not.Empty);
        Assert.That(first.Intersect(second), Is.Empty);
    }
}
