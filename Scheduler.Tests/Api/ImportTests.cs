using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>Many pipelines in one call.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Import = "/api/v1/scheduler/import";

    private readonly ApiHost host = ApiHost.Production(("Scheduler:MaxPipelinesPerCustomer", "3"));

    public void Dispose() => host.Dispose();

    [SetUp]
    public async Task OnboardAsync()
    {
        foreach (var customer in new[] { "acme", "bolt" })
        {
            var body = new
            {
                customer_id = customer,
                company_name = customer,
                admin_email = "a@example.com",
                subscription_plan = "SCALE",
            };
            await host.SendAsync("POST", "/api/v1/customers/onboard", ApiHost.Admin(), JsonContent.Create(body));
        }
    }

    [Test]
    public async Task Each_line_is_created_changed_or_left_as_it_is()
    {
        var first = await ImportAsync(Line("acme", "a"), Line("bolt", "a"));
        var second = await ImportAsync(Line("acme", "a"), Line("bolt", "a", "0 5 * * *"), "", Line("acme", "b"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Select(it => it.Status), Is.All.EqualTo(ImportLineStatus.Created));
            Assert.That(
                second.Select(it => (it.Line, it.Status)),
                Is.EqualTo([
                    (1, ImportLineStatus.Unchanged),
                    (2, ImportLineStatus.Changed),
                    (4, ImportLineStatus.Created),
                ])
            );
            Assert.That(second[0].ConfigId, Is.EqualTo(first[0].ConfigId));
        }
        var stored = await host.SendAsync("GET", "/api/v1/scheduler/customer/bolt/pipelines", ApiHost.Admin());
        Assert.That(await stored.Content.ReadAsStringAsync(), Does.Contain("\"schedule_cron\":\"0 5 * * *\""));
    }

    [Test]
    public async Task A_wrong_line_is_refused_by_field_and_its_neighbours_are_written()
    {
        var answers = await ImportAsync(
            Line("acme", "a"),
            "not json",
            """{"provider":"SYSTEM"}""",
            Line("acme", "b", "61 * * * *"),
            Line("nobody", "c"),
            Line("acme", "d").Replace("probe", "nothing", StringComparison.Ordinal),
            Line("acme", "e").Replace("}", ",\"parameters\":{\"duration_ms\":\"long\"}}", StringComparison.Ordinal),
            Line("acme", "f").Replace("}", ",\"unknown\":1}", StringComparison.Ordinal),
            Line("acme", "g").Replace("}", ",\"timezone\":\"Mars/Phobos\"}", StringComparison.Ordinal),
            Line("acme", new string('x', 70_000)),
            Line("acme", "h")
        );

        Assert.That(
            answers.Select(it => $"{it.Status}:{string.Join(',', it.Errors?.Keys ?? [])}"),
            Is.EqualTo([
                "Created:",
                "Refused:body",
                "Refused:customer_id,domain,pipeline_template",
                "Refused:schedule_cron",
                "Refused:customer_id",
                "Refused:pipeline_template",
                "Refused:parameters.duration_ms",
                "Refused:unknown",
                "Refused:timezone",
                "Refused:body",
                "Created:",
            ])
        );
    }

    [Test]
    public async Task A_line_cannot_name_a_credential_that_is_not_the_customers()
    {
        var line = Line("acme", "a")
            .Replace("\"provider\"", "\"credential_id\":\"nobodys\",\"provider\"", StringComparison.Ordinal);

        var answers = await ImportAsync(line, Line("acme", "b"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers[0].Status, Is.EqualTo(ImportLineStatus.Refused));
            Assert.That(answers[0].Errors!.Keys, Is.EqualTo(["credential_id"]));
            Assert.That(answers[1].Status, Is.EqualTo(ImportLineStatus.Created));
        }
    }

    [Test]
    public async Task A_customer_gets_no_more_pipelines_than_it_may_have()
    {
        var answers = await ImportAsync([
            .. Enumerable.Range(1, 5).Select(nth => Line("acme", $"p{nth}")),
            Line("acme", "p1"),
        ]);
        var again = await ImportAsync(Line("acme", "p2"), Line("acme", "p9"));

        Assert.That(
            answers.Concat(again).Select(it => it.Status),
            Is.EqualTo([
                ImportLineStatus.Created,
                ImportLineStatus.Created,
                ImportLineStatus.Created,
                ImportLineStatus.Refused,
                ImportLineStatus.Refused,
                ImportLineStatus.Unchanged,
                ImportLineStatus.Unchanged,
                ImportLineStatus.Refused,
            ])
        );
    }

    [Test]
    public async Task The_last_of_two_lines_for_one_pipeline_decides()
    {
        var answers = await ImportAsync(Line("acme", "a"), Line("acme", "a", "0 5 * * *"));

        Assert.That(answers.Select(it => it.Status), Is.EqualTo([ImportLineStatus.Created, ImportLineStatus.Changed]));
    }

    [Test]
    public async Task The_whole_import_is_one_audit_row_with_counts_and_digest()
    {
        var body = $"{Line("acme", "a")}\n{Line("nobody", "a")}\n";
        await SendAsync(new StringContent(body));

        var trail = await host.SendAsync("GET", "/api/v1/scheduler/audit", ApiHost.Admin());
        var rows = JsonSerializer.Deserialize<AuditEntryResponse[]>(
            await trail.Content.ReadAsStringAsync(),
            WireJson.Options
        )!;

        Assert.That(
            rows.Select(row => row.Action),
            Is.EqualTo(["pipeline.import", "customer.onboard", "customer.onboard"])
        );
        var document = rows[0].After!.Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows[0].Chain, Is.EqualTo("operators"));
            Assert.That(document.GetProperty("lines").GetInt64(), Is.EqualTo(2));
            Assert.That(document.GetProperty("created").GetInt64(), Is.EqualTo(1));
            Assert.That(document.GetProperty("refused").GetInt64(), Is.EqualTo(1));
            Assert.That(document.GetProperty("is_complete").GetBoolean(), Is.True);
            Assert.That(
                document.GetProperty("sha256").GetString(),
                Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))))
            );
        }
    }

    [Test]
    public async Task A_body_over_its_own_limit_is_413_when_it_says_so_and_cut_when_it_does_not()
    {
        using var small = ApiHost.Production(("Scheduler:Import:MaxBytes", "1024"));

        var said = await small.SendAsync(
            "POST",
            Import,
            ApiHost.Admin(),
            Lines(new StringContent(new string('x', 2000)))
        );
        // The factory's own client would gather the body to send it again after a redirect, and so know its length.
        using var client = small.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, Import)
        {
            Content = Lines(
                new StreamContent(new Unsized(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("{}", 2000)))))
            ),
        };
        request.Headers.Add(PresentedKey.AdminHeader, ApiHost.AdminKey);
        var unsaid = await client.SendAsync(request);

        await said.ShouldBeProblemAsync(413, "PAYLOAD_TOO_LARGE");
        Assert.That((await ReadAsync(unsaid))[^1].Errors!["body"][0], Does.Contain("Scheduler__Import__MaxBytes"));
    }

    [Test]
    public async Task Another_media_type_or_another_key_is_refused()
    {
        var key = ApiHost.Customer(host.Keys.Add("acme"));

        await (await host.SendAsync("POST", Import, ApiHost.Admin(), JsonContent.Create(1))).ShouldBeProblemAsync(
            415,
            "UNSUPPORTED_MEDIA_TYPE"
        );
        await (await host.SendAsync("POST", Import, key, Lines(new StringContent("{}")))).ShouldBeProblemAsync(
            403,
            "FORBIDDEN"
        );
    }

    private static string Line(string customer, string name, string cron = "0 4 * * *") =>
        $$"""{"customer_id":"{{customer}}","provider":"SYSTEM","domain":"TEST","pipeline_template":"probe","pipeline_name":"{{name}}","schedule_cron":"{{cron}}"}""";

    private async Task<IReadOnlyList<ImportLineResponse>> ImportAsync(params string[] lines) =>
        await ReadAsync(await SendAsync(new StringContent(string.Join('\n', lines))));

    private Task<HttpResponseMessage> SendAsync(HttpContent content) =>
        host.SendAsync("POST", Import, ApiHost.Admin(), Lines(content));

    private static HttpContent Lines(HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return content;
    }

    private static async Task<IReadOnlyList<ImportLineResponse>> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonSerializer.Deserialize<ImportLineResponse>(line, WireJson.Options)!),
        ];
    }

    /// <summary>A stream whose length nobody can know.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
