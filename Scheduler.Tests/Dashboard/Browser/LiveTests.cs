using Microsoft.Playwright;
using NUnit.Framework;
using Scheduler.Api.Dashboard;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>
/// Pages that keep up by themselves, and hands that stay on the keyboard. Alone: what others do to the same system would push what is looked
/// at off the page.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class LiveTests
{
    [Test]
    public async Task What_another_does_is_seen_without_a_reload_and_without_losing_ones_place()
    {
        await using var window = await Window.SignedInAsync();
        await using var another = await Window.SignedInAsync();
        await window.GoAsync("/dashboard/audit");
        await window.Page.EvaluateAsync("() => { window.isTheSame = true; }");
        // Others sign in and act meanwhile: only the rows about this pipeline are counted.
        var asked = window
            .Page.Locator("tbody tr")
            .Filter(new() { HasText = BrowserRun.System.Probe.ConfigId })
            .Filter(new() { HasText = "pipeline.run_now" });
        var before = await asked.CountAsync();
        var details = window.Page.Locator("details").First;
        var id = await details.GetAttributeAsync("id");
        await details.Locator("summary").ClickAsync();
        await details.Locator("summary").FocusAsync();
        await another.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Probe.ConfigId));
        await another.Link("Run now").ClickAsync();
        await another
            .Page.GetByRole(AriaRole.Dialog)
            .GetByRole(AriaRole.Button, new() { Name = "Run now" })
            .ClickAsync();
        await Assertions.Expect(another.Page.Locator("#notice")).ToHaveTextAsync("The run is queued.");

        await Assertions.Expect(asked).ToHaveCountAsync(before + 1, new() { Timeout = 60_000 });
        await Assertions.Expect(window.Page.Locator($"#{id}")).ToHaveAttributeAsync("open", "");
        await Assertions.Expect(window.Page.Locator($"#{id} summary")).ToBeFocusedAsync();
        Assert.That(await window.Page.EvaluateAsync<bool>("window.isTheSame"), Is.True);
        Assert.That(window.Complaints.Concat(another.Complaints), Is.Empty);
    }

    [Test]
    public async Task A_page_says_when_its_session_has_ended_and_can_be_told_to_stand_still()
    {
        await using var window = await Window.SignedInAsync();
        await window.GoAsync("/dashboard/queue");
        await window.Button("Live").ClickAsync();
        await Assertions.Expect(window.Button("Live")).ToHaveAttributeAsync("aria-pressed", "false");
        await window.Page.Context.ClearCookiesAsync();
        await window.Button("Live").ClickAsync();

        await Assertions.Expect(window.Page.Locator("#stale")).ToContainTextAsync("The session has ended");
    }

    [Test]
    public async Task The_keyboard_is_enough()
    {
        await using var window = await Window.SignedInAsync();
        await window.GoAsync("/dashboard");
        await window.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(window.Link("Skip to the content")).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(window.Page.Locator("#main")).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("g");
        await window.Page.Keyboard.PressAsync("p");
        await window.Page.WaitForURLAsync("**/dashboard/pipelines");
        await window.Page.Keyboard.PressAsync("/");
        await Assertions.Expect(window.Page.GetByLabel("Search")).ToBeFocusedAsync();
        await window.Page.Keyboard.TypeAsync("health");
        await window.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
    }
}
