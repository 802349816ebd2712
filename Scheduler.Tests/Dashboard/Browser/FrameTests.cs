using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>A customer's page within a page of the customer's own site; and that nothing else is to be had in a frame.</summary>
[TestFixture]
internal sealed class FrameTests
{
    [Test]
    public async Task A_customers_page_works_in_a_frame_of_a_site_that_is_named()
    {
        await using var window = await Window.OpenAsync();
        await window.GoAsync(OtherSite.Around(BrowserRun.System.Site.Named, await LinkAsync()));
        var frame = window.Page.FrameLocator("iframe");
        var pipeline = frame.GetByRole(AriaRole.Link, new() { Name = "cloud costs", Exact = true }).First;

        await Assertions.Expect(pipeline).ToBeVisibleAsync();
        await Assertions.Expect(frame.GetByText("in 30 days")).ToBeVisibleAsync();
        await pipeline.ClickAsync();
        await Assertions.Expect(frame.Locator(".fires li")).ToHaveCountAsync(10);
        Assert.That(window.Complaints, Is.Empty);
    }

    [Test]
    public async Task It_is_shown_in_no_frame_of_another_site() =>
        await ExpectRefusedAsync(
            BrowserRun.System.Site.Unnamed,
            await LinkAsync(),
            $"frame-ancestors {BrowserRun.System.Site.Named}"
        );

    [Test]
    public async Task A_page_of_operators_is_shown_in_no_frame_at_all(
        [Values("/dashboard", "/dashboard/sign-in")] string page,
        [Values] bool isNamed
    ) =>
        await ExpectRefusedAsync(
            isNamed ? BrowserRun.System.Site.Named : BrowserRun.System.Site.Unnamed,
            new Uri(BrowserRun.System.Address, page),
            "frame-ancestors 'none'"
        );

    private static async Task ExpectRefusedAsync(string origin, Uri inner, string why)
    {
        await using var window = await Window.SignedInAsync();

        await window.Page.RunAndWaitForConsoleMessageAsync(
            () => window.Page.GotoAsync(OtherSite.Around(origin, inner)),
            new() { Predicate = message => message.Text.Contains(why, StringComparison.Ordinal) }
        );

        Assert.That(window.Page.Frames[1].Url, Does.Not.StartWith("http"), "the browser's own page of an error");
    }

    private static async Task<Uri> LinkAsync()
    {
        using var http = new HttpClient { BaseAddress = BrowserRun.System.Address };
        http.DefaultRequestHeaders.Add("X-Admin-Key", SeededSystem.AdminKey);
        using var answer = await http.PostAsJsonAsync(
            $"/api/v1/scheduler/customer/{SeededSystem.Alder}/embed-links",
            new { }
        );
        answer.EnsureSuccessStatusCode();
        var url = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;
        return new Uri(BrowserRun.System.Address, url);
    }
}
