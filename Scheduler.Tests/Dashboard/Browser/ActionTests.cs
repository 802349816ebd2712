using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using Scheduler.Api.Dashboard;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>Every action, with its confirmation, as an operator does it.</summary>
[TestFixture]
internal sealed partial class ActionTests
{
    private Window window = null!;

    [SetUp]
    public async Task SignInAsync() => window = await Window.SignedInAsync();

    [TearDown]
    public async Task CloseAsync()
    {
        Assert.That(window.Complaints, Is.Empty);
        await window.DisposeAsync();
    }

    [Test]
    public async Task A_pipeline_is_run_now_after_it_was_said_what_that_means()
    {
        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Probe.ConfigId));
        await window.Link("Run now").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("One run is queued beside the schedule");
        await Assertions.Expect(dialog).ToContainTextAsync("its next run is due");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();

        await Assertions.Expect(Notice).ToHaveTextAsync("The run is queued.");
        // The page follows the run to its end by itself.
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Completed");
        await ExpectAuditedAsync("pipeline.run_now");
    }

    [Test]
    public async Task A_pipeline_is_paused_with_a_reason_and_resumed()
    {
        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Pausable.ConfigId));
        await window.Link("Pause").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("leaves out 24 runs");
        await dialog.GetByLabel("Why").FillAsync("the key is changed");
        await dialog.GetByLabel("For how long").SelectOptionAsync("4");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();

        await Assertions.Expect(Notice).ToHaveTextAsync("The pipeline is paused.");
        await Assertions.Expect(window.Page.Locator(".why").First).ToContainTextAsync("by admin:1: the key is changed");
        await ExpectAuditedAsync("pipeline.pause");

        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Pausable.ConfigId));
        await window.Link("Resume").ClickAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("Its next run is due");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("The pipeline goes on.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Active");
    }

    [Test]
    public async Task A_pipeline_is_switched_off()
    {
        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Retired.ConfigId));
        await window.Link("Switch off").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("its next one would be due");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Switch it off" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("The pipeline is switched off.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Off");
        await Assertions.Expect(window.Link("Run now")).ToHaveCountAsync(0);
        await ExpectAuditedAsync("pipeline.deactivate");
    }

    [Test]
    public async Task A_failed_run_is_one_click_from_the_overview_and_two_from_its_replay()
    {
        await window.GoAsync("/dashboard");
        await window.Page.Locator($"#run-{BrowserRun.System.Failed.RunId} .main-link").First.ClickAsync();
        await Assertions.Expect(window.Page.Locator(".why")).ToContainTextAsync("AUTHENTICATION_FAILED");
        await Assertions.Expect(window.Page.Locator(".timeline li")).ToHaveCountAsync(3);
        await window.Link("Replay").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("It fetches the same data");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();

        await Assertions.Expect(Notice).ToHaveTextAsync("The run is queued.");
        Assert.That(window.Page.Url, Does.Not.Contain(BrowserRun.System.Failed.RunId), "it is a run of its own");
        await ExpectAuditedAsync("run.replay");
    }

    [Test]
    public async Task Runs_that_wait_and_runs_that_run_are_cancelled()
    {
        await window.GoAsync(DashboardPaths.Run(SeededSystem.Birch, BrowserRun.System.Waiting.RunId));
        await Assertions.Expect(window.Page.Locator(".why")).ToContainTextAsync("Why it has not run yet");
        await CancelAsync("is skipped at once");
        await Assertions.Expect(Notice).ToHaveTextAsync("The run is cancelled.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Skipped: cancelled");

        await window.GoAsync(DashboardPaths.Run(SeededSystem.Birch, BrowserRun.System.Running.RunId));
        await CancelAsync("its worker stops it within 30 s");
        await Assertions.Expect(Notice).ToContainTextAsync("asked to stop");
        await ExpectAuditedAsync("run.cancel");
    }

    [Test]
    public async Task A_backfill_is_looked_at_started_paused_and_cancelled()
    {
        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Alder, BrowserRun.System.Failing.ConfigId));
        await window.Link("Backfill").ClickAsync();
        await window.Page.Locator("select[name=mode]").SelectOptionAsync("failed");
        await window.Button("Look what that is").ClickAsync();
        await Assertions.Expect(window.Page.Locator("#plan-title")).ToHaveTextAsync(EveryFailure());
        Assert.That(await Axe.ViolationsAsync(window.Page), Is.Empty);
        await window.Button("Start the backfill").ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("The backfill is started.");
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        foreach (var (link, button) in new[] { ("Pause backfill", "Pause it"), ("Cancel backfill", "Cancel it") })
        {
            await window.Link(link).ClickAsync();
            await dialog.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
            await Assertions.Expect(Notice).ToHaveTextAsync("The backfill is changed.");
        }
        await ExpectAuditedAsync("backfill.cancel");
    }

    [Test]
    public async Task All_pipelines_that_a_search_finds_are_paused_at_once_and_it_is_taken_back()
    {
        await window.GoAsync("/dashboard/pipelines?search=account");
        await window.Link("Pause …").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("48 pipelines make no runs");
        await dialog.GetByLabel("Why").FillAsync("the provider is down");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Pause: all 48" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("It is under way.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Completed");
        Assert.That(await Axe.ViolationsAsync(window.Page), Is.Empty);
        await window.Link("Take it back").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Take it back" }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".why strong")).ToHaveTextAsync("undone");
        await window.GoAsync("/dashboard/pipelines?search=account&state=paused");
        await Assertions.Expect(window.Page.GetByText("No pipeline is like that.")).ToBeVisibleAsync();
        await window.GoAsync("/dashboard/bulks");
        await Assertions.Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task An_alert_is_silenced_with_a_reason_and_told_of_again_and_what_was_given_up_is_sent_again()
    {
        await window.GoAsync("/dashboard/alerts?customer_id=alder_shop");
        await window.Link("Consecutive failures").ClickAsync();
        await window.Link("Silence").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync("Until then nothing is sent of it");
        await dialog.GetByLabel("Why").FillAsync("the key is being changed");
        await dialog.GetByLabel("For how long").SelectOptionAsync("24");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Silence it" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("The alert is silenced.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Silenced");
        await Assertions
            .Expect(window.Page.Locator(".facts"))
            .ToContainTextAsync("by admin:1: the key is being changed");
        await window.GoAsync("/dashboard/alerts?show=firing&customer_id=alder_shop");
        await Assertions.Expect(window.Link("Consecutive failures")).ToHaveCountAsync(0);
        await ExpectAuditedAsync("alert.silence");

        await window.GoAsync(DashboardPaths.Alert(BrowserRun.System.Alert.AlertId!.Value));
        await window.Link("End the silence").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "End the silence" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("The silence is over.");
        await Assertions.Expect(window.Page.Locator("h1 .mark")).ToHaveTextAsync("Firing");

        await window.Link("Send again, to webhook: that it fires").ClickAsync();
        await Assertions
            .Expect(dialog)
            .ToContainTextAsync("given up after 31 tries; the last one ended with: Answered");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Send it again" }).ClickAsync();
        await Assertions.Expect(Notice).ToHaveTextAsync("It is sent again.");
        await Assertions.Expect(window.Page.Locator(".mark.d-pending")).ToHaveCountAsync(1);
        await ExpectAuditedAsync("delivery.retry");
    }

    [Test]
    public async Task A_confirmation_can_be_left()
    {
        await window.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Probe.ConfigId));
        await window.Link("Run now").ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        Assert.That(await Axe.ViolationsAsync(window.Page), Is.Empty);
        await window.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(window.Link("Run now")).ToBeFocusedAsync();
        await window.Link("Run now").ClickAsync();
        await dialog.GetByText("Back").ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }

    [Test]
    public async Task Every_confirmation_is_walked_by_keyboard_and_left_to_where_it_began()
    {
        var system = BrowserRun.System;
        (string Path, string Link)[] confirmations =
        [
            (DashboardPaths.Pipeline(SeededSystem.Cedar, system.Probe.ConfigId), "Run now"),
            (DashboardPaths.Pipeline(SeededSystem.Cedar, system.Probe.ConfigId), "Pause"),
            (DashboardPaths.Pipeline(SeededSystem.Cedar, system.Paused.ConfigId), "Resume"),
            (DashboardPaths.Run(SeededSystem.Alder, system.Failed.RunId), "Replay"),
            (DashboardPaths.Customer(SeededSystem.Alder), "Link to its page"),
            (DashboardPaths.Alert(system.Alert.AlertId!.Value), "Silence"),
            ($"{DashboardPaths.Root}/deliveries", "Send again, to e-mail of the pipeline: that a run failed"),
            ($"{DashboardPaths.Root}/pipelines?search=account", "Pause …"),
            ($"{DashboardPaths.Root}/pipelines?search=account", "Run now …"),
        ];
        foreach (var (path, link) in confirmations)
        {
            await window.GoAsync(path);
            await window.Link(link).FocusAsync();
            await window.Page.Keyboard.PressAsync("Enter");
            var dialog = window.Page.GetByRole(AriaRole.Dialog);
            await Assertions.Expect(dialog).ToBeVisibleAsync();
            var parts = await dialog.Locator("a, button, select, input:not([type=hidden])").CountAsync();
            var reached = new HashSet<string>();
            for (var nth = 0; nth < parts + 2; nth++)
            {
                reached.Add(
                    await window.Page.EvaluateAsync<string>(
                        """
                        () => {
                          const at = document.activeElement;
                          const dialog = document.getElementById("confirm-dialog");
                          return at === document.body || at === dialog ? "" : (dialog.contains(at) ? "" : "outside: ") + at.outerHTML;
                        }
                        """
                    )
                );
                await window.Page.Keyboard.PressAsync("Tab");
            }
            reached.Remove("");
            Assert.That(reached, Has.Count.EqualTo(parts).And.None.StartsWith("outside"), link);
            await window.Page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(dialog).ToBeHiddenAsync();
            var href = await window.Link(link).GetAttributeAsync("href");
            await Until.TrueAsync(
                $"'{link}' has the focus again",
                async () =>
                    await window.Page.EvaluateAsync<string?>("() => document.activeElement.getAttribute('href')")
                    == href
            );
        }
    }

    [Test]
    public async Task A_customers_page_is_shown_by_a_link_that_an_operator_makes()
    {
        await window.GoAsync(DashboardPaths.Customer(SeededSystem.Alder));
        await Assertions
            .Expect(window.Page.Locator("#forecast-title + p"))
            .ToContainTextAsync("runs of 3 pipelines become claimable");
        await window.Link("Link to its page").ClickAsync();
        await window
            .Page.GetByRole(AriaRole.Dialog)
            .GetByRole(AriaRole.Button, new() { Name = "Make the link" })
            .ClickAsync();
        var link = await window.Page.GetByLabel("Link", new() { Exact = true }).InputValueAsync();

        await using var customer = await Window.OpenAsync();
        await customer.GoAsync(link);
        await Assertions.Expect(customer.Link("cloud costs").First).ToBeVisibleAsync();
        await Assertions.Expect(customer.Page.GetByText("in 30 days")).ToBeVisibleAsync();
        var faults = await Axe.ViolationsAsync(customer.Page);
        await customer.Link("cloud costs").First.ClickAsync();
        await Assertions.Expect(customer.Page.Locator(".fires li")).ToHaveCountAsync(10);
        faults = [.. faults, .. await Axe.ViolationsAsync(customer.Page)];

        Assert.That(faults.Concat(customer.Complaints), Is.Empty);
        var changed = await customer.Page.GotoAsync(link[..^1] + (link[^1] == 'A' ? 'Q' : 'A'));
        Assert.That(changed!.Status, Is.EqualTo(403));
        await ExpectAuditedAsync("embed_link.create");
        window.Complaints.RemoveAll(complaint => complaint.Contains("403", StringComparison.Ordinal));
    }

    [Test]
    public async Task All_of_it_works_without_script()
    {
        await using var plain = await Window.SignedInAsync(hasScript: false);
        await plain.GoAsync(DashboardPaths.Pipeline(SeededSystem.Cedar, BrowserRun.System.Probe.ConfigId));
        await plain.Link("Run now").ClickAsync();
        await Assertions.Expect(plain.Page.Locator("h1")).ToHaveTextAsync("Run health probe now?");
        await plain.Button("Run now").ClickAsync();
        await Assertions.Expect(plain.Page.Locator("#notice")).ToHaveTextAsync("The run is queued.");
        await plain.Page.Locator(".theme button").ClickAsync();
        await plain.Page.Locator(".theme button").ClickAsync();
        await Assertions.Expect(plain.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await plain.Button("Sign out").ClickAsync();
        await Assertions.Expect(plain.Page.GetByLabel("Admin key")).ToBeVisibleAsync();
    }

    /// <summary>In 50 hours one that runs every six hours is due eight or nine times.</summary>
    [GeneratedRegex("^[89] runs$")]
    private static partial Regex EveryFailure();

    private ILocator Notice => window.Page.Locator("#notice");

    private async Task CancelAsync(string consequence)
    {
        // By keyboard alone.
        await window.Link("Cancel").FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToContainTextAsync(consequence);
        await Assertions
            .Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel the run" }))
            .ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Looked for page by page: what other tests change meanwhile, dozens at once, is in the same list.</summary>
    private async Task ExpectAuditedAsync(string action)
    {
        await window.GoAsync("/dashboard/audit");
        var rows = window.Page.Locator("tbody tr", new() { HasText = action });
        var older = window.Link("Next page");
        IReadOnlyList<string> found;
        while ((found = await rows.AllInnerTextsAsync()).Count == 0 && await older.CountAsync() > 0)
        {
            await window.GoAsync((await older.GetAttributeAsync("href"))!);
        }
        Assert.That(found, Is.Not.Empty, action);
        Assert.That(found[0], Does.Contain("admin:1"));
    }
}
