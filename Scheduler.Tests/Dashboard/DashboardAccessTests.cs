using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Dashboard.Sessions;
using Scheduler.Api.Hosting;
using Scheduler.Tests.Api;

namespace Scheduler.Tests.Dashboard;

/// <summary>
/// Every page and every form of the dashboard and of the customers' pages, as the running application has them: who gets in, and what
/// everybody else is answered.
/// </summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed class DashboardAccessTests
{
    private static readonly string[] Pages =
    [
        "GET /dashboard",
        "GET /dashboard/alerts",
        "GET /dashboard/alerts/{alert_id}",
        "GET /dashboard/alerts/{alert_id}/silence",
        "GET /dashboard/alerts/{alert_id}/unsilence",
        "GET /dashboard/audit",
        "GET /dashboard/bulks",
        "GET /dashboard/bulks/new",
        "GET /dashboard/bulks/{bulk_id}",
        "GET /dashboard/bulks/{bulk_id}/undo",
        "GET /dashboard/customers",
        "GET /dashboard/customers/{id}/backfills/{backfill_id}/cancel",
        "GET /dashboard/customers/{id}/backfills/{backfill_id}/pause",
        "GET /dashboard/customers/{id}/backfills/{backfill_id}/resume",
        "GET /dashboard/customers/{id}/pipelines/{config_id}/backfill",
        "GET /dashboard/customers/{id}",
        "GET /dashboard/customers/{id}/embed-link",
        "GET /dashboard/customers/{id}/pipelines/{config_id}",
        "GET /dashboard/customers/{id}/pipelines/{config_id}/pause",
        "GET /dashboard/customers/{id}/pipelines/{config_id}/resume",
        "GET /dashboard/customers/{id}/pipelines/{config_id}/run-now",
        "GET /dashboard/customers/{id}/pipelines/{config_id}/switch-off",
        "GET /dashboard/customers/{id}/runs",
        "GET /dashboard/customers/{id}/runs/{run_id}",
        "GET /dashboard/customers/{id}/runs/{run_id}/cancel",
        "GET /dashboard/customers/{id}/runs/{run_id}/replay",
        "GET /dashboard/deliveries",
        "GET /dashboard/deliveries/{delivery_id}/retry",
        "GET /dashboard/forecast",
        "GET /dashboard/pipelines",
        "GET /dashboard/queue",
        "GET /dashboard/runs",
        "GET /dashboard/templates",
    ];

    private static readonly string[] Forms =
    [
        "POST /dashboard/alerts/{alert_id}/silence",
        "POST /dashboard/alerts/{alert_id}/unsilence",
        "POST /dashboard/bulks/new",
        "POST /dashboard/bulks/{bulk_id}/undo",
        "POST /dashboard/customers/{id}/backfills/{backfill_id}/cancel",
        "POST /dashboard/customers/{id}/backfills/{backfill_id}/pause",
        "POST /dashboard/customers/{id}/backfills/{backfill_id}/resume",
        "POST /dashboard/customers/{id}/embed-link",
        "POST /dashboard/customers/{id}/pipelines/{config_id}/backfill",
        "POST /dashboard/customers/{id}/pipelines/{config_id}/pause",
        "POST /dashboard/customers/{id}/pipelines/{config_id}/resume",
        "POST /dashboard/customers/{id}/pipelines/{config_id}/run-now",
        "POST /dashboard/customers/{id}/pipelines/{config_id}/switch-off",
        "POST /dashboard/customers/{id}/runs/{run_id}/cancel",
        "POST /dashboard/customers/{id}/runs/{run_id}/replay",
        "POST /dashboard/deliveries/{delivery_id}/retry",
        "POST /dashboard/sign-out",
        "POST /dashboard/theme",
    ];

    private static readonly string[] ByLink = ["GET /embed", "GET /embed/pipelines/{config_id}"];

    private ApiHost host = null!;

    [OneTimeSetUp]
    public void StartHost() =>
        host = ApiHost.Production(
            ("Scheduler:RateLimits:Address", "1000000"),
            ("Scheduler:RateLimits:OpenCalls", "1000000")
        );

    [OneTimeTearDown]
    public void StopHost() => host.Dispose();

    [Test]
    public void The_tables_name_every_page_as_it_is_declared()
    {
        var declared = Endpoints().ToDictionary(EndpointTable.Title);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                declared.Keys,
                Is.EquivalentTo([
                    .. Pages,
                    .. Forms,
                    .. ByLink,
                    "GET /dashboard/sign-in",
                    "POST /dashboard/sign-in",
                    "GET /dashboard/assets/{version}/{file}",
                ])
            );
            foreach (var title in Pages.Concat(Forms))
            {
                var metadata = declared[title].Metadata;
                Assert.That(metadata.GetMetadata<SessionAccess>(), Is.Not.Null, title);
                Assert.That(metadata.GetMetadata<IAllowAnonymous>(), Is.Null, title);
                Assert.That(metadata.GetMetadata<AccessDeclaration>()!.Kinds, Is.EqualTo([CallerKind.Admin]), title);
                Assert.That(metadata.GetMetadata<ContentPolicy>(), Is.EqualTo(ContentPolicy.Dashboard), title);
            }
        }
    }

    [Test]
    public async Task Nobody_sees_a_page_without_a_session_whatever_key_comes_along()
    {
        using var browser = new DashboardClient(host);
        (string, string)[][] keys =
        [
            [],
            [ApiHost.Admin()],
            [ApiHost.Worker()],
            [ApiHost.Customer(host.Keys.Add("acme"))],
        ];
        foreach (var title in Pages)
        {
            var path = Path(title);
            foreach (var key in keys)
            {
                var response = await browser.GetAsync(path, key);
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.SeeOther), title);
                Assert.That(
                    response.Headers.Location!.ToString(),
                    Is.EqualTo($"/dashboard/sign-in?to={Uri.EscapeDataString(path)}"),
                    title
                );
            }
            var live = await browser.GetAsync(path, ("X-Live", "1"));
            Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), title);
        }
        foreach (var title in Forms)
        {
            var response = await browser.PostAsync(Path(title), [("form_proof", "x")], ApiHost.Admin());
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.SeeOther), title);
            Assert.That(response.Headers.Location!.ToString(), Does.StartWith("/dashboard/sign-in"), title);
        }
    }

    [Test]
    public async Task A_session_opens_the_pages_and_no_call_of_the_api()
    {
        using var browser = new DashboardClient(host);
        var signedIn = await browser.SignInAsync();
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        foreach (var title in Pages)
        {
            var response = await browser.GetAsync(Path(title));
            Assert.That((int)response.StatusCode, Is.AnyOf(200, 404), title);
            Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"), title);
            Assert.That(response.Headers.CacheControl!.NoStore, Is.True, title);
        }
        var api = await browser.GetAsync("/api/v1/scheduler/status", ("Cookie", cookie.Split(';')[0]));

        Assert.That(api.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_form_is_taken_from_the_sessions_own_pages_only()
    {
        using var browser = new DashboardClient(host);
        using var another = new DashboardClient(host);
        await browser.SignInAsync();
        await another.SignInAsync();
        var proof = await browser.ProofAsync();
        var foreign = await another.ProofAsync();
        Assert.That(foreign, Is.Not.EqualTo(proof));
        foreach (var title in Forms)
        {
            (string What, (string, string)[] Fields, (string, string)[] Headers)[] refused =
            [
                ("no proof", [("reason", "x")], []),
                ("another session's", [("form_proof", foreign)], []),
                ("another site", [("form_proof", proof)], [("Origin", "https://evil.example")]),
                ("an origin that is none", [("form_proof", proof)], [("Origin", "null")]),
                ("as the browser says", [("form_proof", proof)], [("Sec-Fetch-Site", "cross-site")]),
                ("a sibling host", [("form_proof", proof)], [("Sec-Fetch-Site", "same-site")]),
            ];
            foreach (var (what, fields, headers) in refused)
            {
                var response = await browser.PostAsync(Path(title), fields, headers);
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), $"{title}: {what}");
            }
        }
        foreach (var title in Forms.Where(title => title != "POST /dashboard/sign-out"))
        {
            var response = await browser.PostAsync(
                Path(title),
                [("form_proof", proof), ("reason", "x")],
                ("Origin", "http://localhost"),
                ("Sec-Fetch-Site", "same-origin")
            );
            Assert.That((int)response.StatusCode, Is.AnyOf(303, 404, 409), title);
        }
    }

    [Test]
    public async Task A_wrong_key_is_told_and_counted_and_opens_nothing()
    {
        using var limited = ApiHost.Production(("Scheduler:RateLimits:UnknownKeys", "3"));
        using var browser = new DashboardClient(limited);
        foreach (var wrong in new[] { "", "wrong", ApiHost.WorkerKey })
        {
            var response = await browser.SignInAsync(wrong);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(response.Headers.Contains("Set-Cookie"), Is.False);
        }

        var tooMany = await browser.SignInAsync("once more");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(tooMany.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
            Assert.That((await browser.GetAsync("/dashboard")).StatusCode, Is.EqualTo(HttpStatusCode.SeeOther));
        }
    }

    [TestCase("a=1", "text/plain")]
    [TestCase("{}", "application/json")]
    [TestCase("--x", "multipart/form-data; boundary=x")]
    [TestCase(null, "application/x-www-form-urlencoded", Description = "more fields than a form has")]
    public async Task A_body_that_is_no_form_of_a_page_is_refused(string? body, string type)
    {
        using var browser = host.CreateClient();
        using var content = new StringContent(body ?? string.Join('&', Enumerable.Range(0, 2_000)));
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);

        var response = await browser.PostAsync("/dashboard/sign-in", content);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task A_sign_in_leads_back_to_the_page_and_to_no_other_place()
    {
        using var browser = new DashboardClient(host);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ToAsync("/dashboard/runs?show=ended"), Is.EqualTo("/dashboard/runs?show=ended"));
            foreach (
                var elsewhere in new[]
                {
                    "https://evil.example",
                    "//evil.example",
                    "/dashboard\\..\\x",
                    "/dashboardx",
                    "/api/v1",
                    "/dashboard/\r\nx",
                }
            )
            {
                Assert.That(await ToAsync(elsewhere), Is.EqualTo("/dashboard"), elsewhere);
            }
        }

        async Task<string> ToAsync(string to) => (await browser.SignInAsync(to: to)).Headers.Location!.ToString();
    }

    [Test]
    public async Task A_sign_out_ends_the_session_of_this_browser()
    {
        using var browser = new DashboardClient(host);
        await browser.SignInAsync();

        var response = await browser.PostAsync("/dashboard/sign-out", [("form_proof", await browser.ProofAsync())]);

        Assert.That(response.Headers.Location!.ToString(), Is.EqualTo("/dashboard/sign-in"));
        Assert.That((await browser.GetAsync("/dashboard")).StatusCode, Is.EqualTo(HttpStatusCode.SeeOther));
    }

    [Test]
    public async Task The_cookie_is_for_the_dashboard_alone_and_out_of_reach_of_scripts()
    {
        using var browser = new DashboardClient(host);

        var here = (await browser.SignInAsync()).Headers.GetValues("Set-Cookie").Single();
        var there = (
            await browser.PostAsync("/dashboard/sign-in", [("key", ApiHost.AdminKey)], ("Host", "scheduler.example"))
        )
            .Headers.GetValues("Set-Cookie")
            .Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(here, Does.StartWith("scheduler-session=").And.Contain("path=/dashboard"));
            Assert.That(here, Does.Contain("httponly").And.Contain("samesite=strict").And.Not.Contain("secure"));
            Assert.That(there, Does.StartWith("__Secure-scheduler-session=").And.Contain("secure"));
        }
    }

    [Test]
    public async Task Pages_allow_nothing_inline_and_no_frame()
    {
        using var browser = new DashboardClient(host);
        await browser.SignInAsync();

        var response = await browser.GetAsync("/dashboard");
        var html = await response.Content.ReadAsStringAsync();
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(policy, Does.Contain("script-src 'self';").And.Contain("style-src 'self';"));
            Assert.That(policy, Does.Contain("frame-ancestors 'none'").And.Not.Contain("unsafe"));
            Assert.That(html, Does.Not.Contain(" style=").And.Not.Contain("<style").And.Not.Match(" on[a-z]+="));
            Assert.That(html, Does.Not.Match("<script(?![^>]* src=)"));
            Assert.That(html, Does.Not.Match("(src|href)=\"(https?:)?//"));
        }
    }

    [Test]
    public async Task Pages_for_a_frame_name_the_sites_that_may_show_them()
    {
        using var framed = ApiHost.Production(
            ("Scheduler:Dashboard:FrameAncestors", "https://app.example.com http://localhost:3000")
        );
        using var browser = new DashboardClient(framed);
        using var unframed = new DashboardClient(host);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                await PolicyAsync(browser),
                Does.Contain("frame-ancestors https://app.example.com http://localhost:3000")
            );
            Assert.That(await PolicyAsync(unframed), Does.Contain("frame-ancestors 'none'"));
        }

        static async Task<string> PolicyAsync(DashboardClient client) =>
            (await client.GetAsync("/embed")).Headers.GetValues("Content-Security-Policy").Single();
    }

    private IEnumerable<RouteEndpoint> Endpoints()
    {
        _ = host.CreateClient();
        return host
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').Split('/')[0] is "dashboard" or "embed");
    }

    private static string Path(string title) =>
        title
            .Split(' ')[1]
            .Replace("{id}", "acme")
            .Replace("{config_id}", "c1")
            .Replace("{run_id}", "r1")
            .Replace("{backfill_id}", "b1")
            .Replace("{bulk_id}", "b1")
            .Replace("{alert_id}", "7")
            .Replace("{delivery_id}", "d1");
}
