using Microsoft.Playwright;
using NUnit.Framework;

namespace Scheduler.Tests.Dashboard.Browser;

/// <summary>A browser window with a session of its own, which remembers what its pages complained about.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext context;

    private Window(IBrowserContext context, IPage page) => (this.context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, uncaught errors, and files that could not be loaded.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Window> OpenAsync(
        int width = 1360,
        int height = 900,
        ColorScheme colours = ColorScheme.Light,
        bool hasScript = true
    )
    {
        var context = await BrowserRun.Browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = BrowserRun.System.Address.ToString(),
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ColorScheme = colours,
                JavaScriptEnabled = hasScript,
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        var window = new Window(context, await context.NewPageAsync());
        window.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                window.Complaints.Add($"{window.Page.Url}: {message.Text}");
            }
        };
        window.Page.PageError += (_, error) => window.Complaints.Add($"{window.Page.Url}: {error}");
        window.Page.RequestFailed += (_, request) =>
        {
            // A page that is left while it looks for news leaves that look.
            if (request.Failure != "net::ERR_ABORTED")
            {
                window.Complaints.Add($"{request.Url}: {request.Failure}");
            }
        };
        return window;
    }

    public static async Task<Window> SignedInAsync(
        int width = 1360,
        int height = 900,
        ColorScheme colours = ColorScheme.Light,
        bool hasScript = true
    )
    {
        var window = await OpenAsync(width, height, colours, hasScript);
        await window.Page.GotoAsync("/dashboard/templates");
        await window.Page.GetByLabel("Admin key").FillAsync(SeededSystem.AdminKey);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Templates" }))
            .ToBeVisibleAsync();
        return window;
    }

    public async Task GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path);
        Assert.That(answer!.Status, Is.EqualTo(200), path);
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
