using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>Every page in a real browser: no complaint of the console, nothing that axe finds, nothing that sticks out.</summary>
[TestFixture]
internal sealed class PageTests
{
    private static readonly (int Width, ColorScheme Colours)[] Looks =
    [
        (1360, ColorScheme.Light),
        (1360, ColorScheme.Dark),
        (400, ColorScheme.Dark),
        (400, ColorScheme.Light),
    ];

    [Test]
    public async Task Every_page_is_sound_wide_and_narrow_in_light_and_dark()
    {
        await using var window = await Window.SignedInAsync();
        var faults = new List<string>();
        foreach (var (name, path) in PageList.All)
        {
            await window.GoAsync(path);
            foreach (var (width, colours) in Looks)
            {
                await window.Page.SetViewportSizeAsync(width, 900);
                await window.Page.EmulateMediaAsync(new() { ColorScheme = colours });
                var wide = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
                if (wide > width)
                {
                    faults.Add($"{name} is {wide} wide in {width}");
                }
                faults.AddRange(
                    (await Axe.ViolationsAsync(window.Page)).Select(fault => $"{name}, {width}, {colours}: {fault}")
                );
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

        await window.GoAsync("/dashboard/pipelines?search=account&sort=name");
        var names = await window.Page.Locator("tbody .main-link").AllTextContentsAsync();
        await window.Link("Pipeline ▲").Or(window.Page.Locator("th a:has-text('Pipeline')")).First.ClickAsync();
        var reversed = await window.Page.Locator("tbody .main-link").AllTextContentsAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(names, Is.EqualTo(names.Order(StringComparer.Ordinal)));
            Assert.That(reversed, Is.EqualTo(names.Reverse()));
        }

        // Longer than a page: sorted as a whole, by what the store has an order for.
        await window.GoAsync("/dashboard/pipelines");
        await Assertions.Expect(window.Page.Locator("th a.sort")).ToHaveTextAsync(new[] { "Next (UTC)" });
        await window.Page.Locator("th a.sort").ClickAsync();
        var times = await window
            .Page.Locator("td[data-label=Next]")
            .EvaluateAllAsync<string[]>("cells => cells.map(cell => cell.querySelector('time')?.dateTime ?? '')");
        Assert.That(times.Where(time => time.Length > 0), Is.Ordered.And.Not.Empty);

        await window.GoAsync("/dashboard/runs?show=ended&sort=moment");
        var oldest = await window.Page.Locator("tbody tr").First.GetAttributeAsync("id");
        await window.GoAsync("/dashboard/runs?show=ended");
        var first = await window.Page.Locator("tbody tr").EvaluateAllAsync<string[]>("rows => rows.map(row => row.id)");
        await window.Link("Next page").ClickAsync();
        var second = await window
            .Page.Locator("tbody tr")
            .EvaluateAllAsync<string[]>("rows => rows.map(row => row.id)");
        Assert.That(second, Is.Not.Empty);
        Assert.That(first.Intersect(second), Is.Empty);
        Assert.That(first.Concat(second), Has.No.Member(oldest), "it is on the last of many pages");
    }

    [Test]
    public async Task Short_lists_are_sorted_by_any_heading_and_those_that_others_make_are_filtered()
    {
        await using var window = await Window.SignedInAsync();
        var trail = $"/dashboard/audit?customer_id={SeededSystem.Alder}";
        await window.GoAsync($"{trail}&sort=what");
        var actions = await window.Page.Locator("td[data-label=What]").AllTextContentsAsync();
        await window.GoAsync($"{trail}&sort=-what");
        var backwards = await window.Page.Locator("td[data-label=What]").AllTextContentsAsync();
        await window.GoAsync("/dashboard/deliveries?state=dead&sort=to");
        var sinks = await window.Page.Locator("td[data-label=To]").AllTextContentsAsync();
        await window.GoAsync("/dashboard/alerts?show=all&sort=rule");
        var rules = await window.Page.Locator("td[data-label=Rule]").AllTextContentsAsync();
        var headings = await window.Page.Locator("th a.sort").AllTextContentsAsync();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(actions.Distinct().Count(), Is.GreaterThan(1));
            Assert.That(actions, Is.Ordered);
            Assert.That(backwards, Is.Ordered.Descending);
            Assert.That(sinks, Is.Ordered.And.Not.Empty);
            Assert.That(rules, Is.Ordered.And.Not.Empty);
            Assert.That(headings, Has.Count.EqualTo(5));
        }

        await window.GoAsync("/dashboard/templates");
        var all = await window.Page.Locator("details").CountAsync();
        await window.Page.GetByLabel("Search").FillAsync("FOCUS");
        await window.Button("Show").ClickAsync();
        var focus = await window.Page.Locator("details").AllTextContentsAsync();
        Assert.That(focus, Has.Count.LessThan(all).And.All.Contains("focus").IgnoreCase);
        await window.GoAsync("/dashboard/templates?search=there is none");
        await Assertions.Expect(window.Page.GetByText("No template is like that.")).ToBeVisibleAsync();
        await window.GoAsync("/dashboard/bulks?state=undone");
        Assert.That(
            await window.Page.Locator("td[data-label=State]").AllTextContentsAsync(),
            Is.All.Contains("undone"),
            "those that other tests have undone, if any"
        );
    }
}
