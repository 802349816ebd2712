using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using Scheduler.Core.Datasets;

namespace Scheduler.Tests.Api;

/// <summary>Hostile text through ids, names, templates and parameters: refused, or kept as the plain data that it is.</summary>
public sealed class InjectionTests : IDisposable
{
    private readonly ApiHost host = ApiHost.Production();

    public void Dispose() => host.Dispose();

    [OneTimeSetUp]
    public static void There_are_enough() => Assert.That(HostileText.All, Has.Count.GreaterThanOrEqualTo(200));

    [Test]
    public async Task As_a_customer_id_it_is_refused_or_names_a_dataset_of_its_own()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in HostileText.All)
        {
            var response = await OnboardAsync(text, "Acme");
            if ((int)response.StatusCode == 201)
            {
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                var dataset = (string)answer["tenant_dataset_id"]!;
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(text, Does.Match("\\A[A-Za-z0-9_]{3,50}\\z"));
                    Assert.That(dataset, Is.EqualTo(text.ToLowerInvariant()));
                    Assert.That(names.Add(dataset), Is.True, "two customers must not share a dataset");
                    Assert.That(DatasetId.TryCreate(text, out _, out _), Is.True);
                }
            }
            else
            {
                Assert.That((int)response.StatusCode, Is.AnyOf(409, 422), text);
            }
        }
    }

    [Test]
    public async Task In_a_path_it_finds_nothing()
    {
        await OnboardAsync("acme_inc", "Acme");
        // A server refuses %00 before any application sees it, and the test host cannot send it; ".." is another path before it is sent.
        foreach (var text in HostileText.All.Where(text => text.Length < 1_000 && !text.Contains('\0') && text != ".."))
        {
            var place = Uri.EscapeDataString(text);
            foreach (
                var path in new[]
                {
                    $"/api/v1/scheduler/customer/{place}/pipelines",
                    $"/api/v1/scheduler/customer/acme_inc/runs/{place}",
                }
            )
            {
                var response = await host.SendAsync("GET", path, ApiHost.Admin());
                Assert.That((int)response.StatusCode, Is.AnyOf(400, 404, 405), path);
            }
        }
    }

    [Test]
    public async Task As_a_name_it_is_refused_or_comes_back_as_it_was()
    {
        await OnboardAsync("acme_inc", "Acme");
        var kept = 0;
        foreach (var text in HostileText.All)
        {
            var response = await ConfigureAsync(text, "probe", text, new { });
            if ((int)response.StatusCode == 201)
            {
                kept++;
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                Assert.That((string)answer["pipeline_name"]!, Is.EqualTo(text));
                Assert.That((string)answer["description"]!, Is.EqualTo(text));
            }
            else
            {
                Assert.That((int)response.StatusCode, Is.EqualTo(422), text);
            }
        }
        Assert.That(kept, Is.GreaterThan(100), "plain punctuation is no fault in a name");
    }

    [Test]
    public async Task As_a_template_it_is_none()
    {
        await OnboardAsync("acme_inc", "Acme");
        foreach (var text in HostileText.All)
        {
            var response = await ConfigureAsync("main", text, "hello", new { });
            Assert.That((int)response.StatusCode, Is.AnyOf(404, 422), text);
        }
    }

    [Test]
    public async Task As_a_parameter_it_is_refused_or_kept_as_it_was()
    {
        await OnboardAsync("acme_inc", "Acme");
        foreach (var text in HostileText.All)
        {
            var response = await ConfigureAsync("main", "focus_csv", "hello", new { path = text });
            if ((int)response.StatusCode is 200 or 201)
            {
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                Assert.That((string)answer["parameters"]!["path"]!, Is.EqualTo(text));
                Assert.That(text.Split('/', '\\'), Has.None.EqualTo("..").And.None.Empty);
            }
            else
            {
                Assert.That((int)response.StatusCode, Is.EqualTo(422), text);
            }
        }
    }

    private Task<HttpResponseMessage> OnboardAsync(string id, string company) =>
        PostAsync(
            "/api/v1/customers/onboard",
            new
            {
                customer_id = id,
                company_name = company,
                admin_email = "a@example.com",
                subscription_plan = "ENTERPRISE",
            }
        );

    private Task<HttpResponseMessage> ConfigureAsync(
        string name,
        string template,
        string description,
        object parameters
    ) =>
        PostAsync(
            "/api/v1/scheduler/customer/acme_inc/pipelines",
            new
            {
                provider = template == "focus_csv" ? "FILE" : "SYSTEM",
                domain = template == "focus_csv" ? "COST" : "TEST",
                pipeline_template = template,
                pipeline_name = name,
                schedule_cron = "@daily",
                description,
                parameters,
            }
        );

    private Task<HttpResponseMessage> PostAsync(string path, object body) =>
        host.SendAsync(
            "POST",
            path,
            ApiHost.Admin(),
            new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json")
        );
}
