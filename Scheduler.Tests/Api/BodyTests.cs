using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using NUnit.Framework;
using Scheduler.Api.Auth;
using Scheduler.Api.Bodies;
using Scheduler.Core.Contracts;

namespace Scheduler.Tests.Api;

/// <summary>What becomes of bodies, right and wrong, before a handler sees them.</summary>
public sealed class BodyTests : IDisposable
{
    private readonly ApiHost host = ApiHost.With(app =>
    {
        app.MapPost("/test/onboard", (Body<OnboardRequest> body) => body.Value.Timezone).RequireAdmin();
        app.MapPost("/test/pipelines", (Body<ConfigurePipelineRequest> body) => body.Value.Provider).RequireAdmin();
        app.MapPost("/test/heartbeat", (Body<HeartbeatRequest> body) => body.Value.WorkerId).RequireAdmin();
        app.MapPost("/test/trigger", (Body<TriggerRequest> body) => body.Value.BatchSize).RequireAdmin();
    });

    public void Dispose() => host.Dispose();

    [Test]
    public async Task A_right_body_reaches_the_handler_with_its_defaults()
    {
        var response = await PostAsync(
            "/test/onboard",
            """{"customer_id":"acme","company_name":"Acme","admin_email":"a@acme.example","subscription_plan":"STARTER"}"""
        );

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("UTC"));
    }

    [Test]
    public async Task Every_wrong_field_is_named_at_once()
    {
        var response = await PostAsync(
            "/test/onboard",
            """{"customer_id":7,"company_name":null,"subscription_plan":"GOLD","status":"ACTIVE","timezone":[]}"""
        );

        var problem = await response.ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                problem.Errors!.Keys,
                Is.EquivalentTo(
                    new[] { "customer_id", "company_name", "admin_email", "subscription_plan", "status", "timezone" }
                )
            );
            Assert.That(problem.Errors["customer_id"], Is.EqualTo(new[] { "Must be text." }));
            Assert.That(problem.Errors["company_name"], Is.EqualTo(new[] { "Must not be null." }));
            Assert.That(problem.Errors["admin_email"], Is.EqualTo(new[] { "Is required." }));
            Assert.That(problem.Errors["status"], Is.EqualTo(new[] { "Is not a field of this call." }));
            Assert.That(
                problem.Errors["subscription_plan"][0],
                Does.Contain("STARTER, PROFESSIONAL, SCALE, ENTERPRISE")
            );
        }
    }

    [Test]
    public async Task A_field_of_a_wrong_type_hides_no_other_fault()
    {
        var response = await PostAsync(
            "/test/pipelines",
            """
            {"provider":"GCP","domain":"COST","pipeline_template":"cost billing","schedule_cron":"@daily","priority":11,
             "overlap_policy":"x","retry_config":{"max_retries":-1,"a":1},"notification_emails":["x"]}
            """
        );

        var problem = await response.ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        Assert.That(
            problem.Errors!.Keys,
            Is.EquivalentTo(
                new[]
                {
                    "pipeline_template",
                    "priority",
                    "overlap_policy",
                    "retry_config.max_retries",
                    "retry_config.a",
                    "notification_emails",
                }
            )
        );
        Assert.That(problem.Errors["priority"], Is.EqualTo(new[] { "Must be from 1 to 10." }));
    }

    [TestCase("""{"customer_id\ud800":"x"}""", "body")]
    [TestCase("""{"provider":"\ud800"}""", "provider")]
    [TestCase("""{"parameters":{"message":"\udc00x"}}""", "parameters")]
    [TestCase("""{"parameters":{"a":[{"\ud800":1}]}}""", "parameters")]
    [TestCase("""{"parameters":{"\ud800":"x"}}""", "parameters")]
    public async Task Text_that_is_no_unicode_is_a_wrong_field(string json, string field)
    {
        var problem = await (await PostAsync("/test/pipelines", json)).ShouldBeProblemAsync(422, "VALIDATION_FAILED");

        Assert.That(problem.Errors![problem.Errors.ContainsKey(field) ? field : "body"][0], Does.Contain("Unicode"));
    }

    [TestCase("ab")]
    [TestCase("a.b")]
    [TestCase("acme\\n")]
    [TestCase("аcme")]
    [TestCase("acme`; drop")]
    [TestCase("../etc")]
    [TestCase("acme\\u0000")]
    [TestCase("information_schema")]
    [TestCase("SYSTEM")]
    [TestCase("pg_catalog")]
    [TestCase("_hidden")]
    [TestCase("Scheduler_x")]
    public async Task A_customer_id_that_cannot_name_a_dataset_is_refused(string id)
    {
        var response = await PostAsync(
            "/test/onboard",
            $$"""{"customer_id":"{{id}}","company_name":"Acme","admin_email":"a@acme.example","subscription_plan":"STARTER"}"""
        );

        var problem = await response.ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        Assert.That(problem.Errors!.Keys, Is.EqualTo(new[] { "customer_id" }));
    }

    [Test]
    public async Task Fields_within_fields_are_named_by_their_path()
    {
        var shape = await PostAsync(
            "/test/heartbeat",
            """{"worker_id":"w","leases":[{"queue_id":"q","lease_tokn":"t"}]}"""
        );
        var rules = await PostAsync(
            "/test/pipelines",
            """
            {"provider":"GCP","domain":"COST","pipeline_template":"cost_billing","schedule_cron":"@daily","priority":11,
             "retry_config":{"max_retries":99,"base_seconds":600,"max_backoff_seconds":60}}
            """
        );

        Assert.That(
            (await shape.ShouldBeProblemAsync(422, "VALIDATION_FAILED")).Errors!.Keys,
            Is.EquivalentTo(new[] { "leases[0].lease_tokn", "leases[0].lease_token" })
        );
        Assert.That(
            (await rules.ShouldBeProblemAsync(422, "VALIDATION_FAILED")).Errors!.Keys,
            Is.EquivalentTo(new[] { "priority", "retry_config.max_retries", "retry_config.max_backoff_seconds" })
        );
    }

    [Test]
    public async Task A_schedule_is_an_expression_or_a_type_that_stands_for_one()
    {
        const string start = """{"provider":"GCP","domain":"COST","pipeline_template":"cost_billing" """;

        Assert.That(
            (int)(await PostAsync("/test/pipelines", start + ""","schedule_type":"DAILY"}""")).StatusCode,
            Is.EqualTo(200)
        );
        foreach (var rest in new[] { "}", ""","schedule_type":"CUSTOM"}""" })
        {
            var problem = await (await PostAsync("/test/pipelines", start + rest)).ShouldBeProblemAsync(
                422,
                "VALIDATION_FAILED"
            );
            Assert.That(problem.Errors!.Keys, Is.EqualTo(new[] { "schedule_cron" }));
        }
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("{'a':1}")]
    [TestCase("""{"worker_id":"a","worker_id":"b","leases":[]}""")]
    public async Task A_body_that_is_not_a_json_object_is_422(string json)
    {
        var problem = await (await PostAsync("/test/heartbeat", json)).ShouldBeProblemAsync(422, "VALIDATION_FAILED");

        Assert.That(problem.Errors!.Keys, Is.EqualTo(new[] { "body" }));
    }

    [Test]
    public async Task A_body_where_every_field_is_optional_may_be_left_out()
    {
        var response = await host.SendAsync("POST", "/test/trigger", ApiHost.Admin());

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("1000"));
    }

    [Test]
    public async Task Depth_and_number_of_faults_are_bounded()
    {
        var deep = new string('[', 20_000) + new string(']', 20_000);
        var many = "{" + string.Join(",", Enumerable.Range(0, 2_000).Select(number => $"\"f{number}\":1")) + "}";

        await (await PostAsync("/test/trigger", $$"""{"batch_size":{{deep}}}""")).ShouldBeProblemAsync(
            422,
            "VALIDATION_FAILED"
        );
        var problem = await (await PostAsync("/test/trigger", many)).ShouldBeProblemAsync(422, "VALIDATION_FAILED");
        Assert.That(problem.Errors, Has.Count.EqualTo(50));
    }

    [Test]
    public async Task A_body_over_the_limit_is_413_whether_it_says_its_length_or_not()
    {
        var large = $$"""{"worker_id":"{{new string('x', 64 * 1024)}}","leases":[]}""";
        var streamed = new StreamContent(new UnseekableStream(Encoding.UTF8.GetBytes(large)));
        streamed.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        await (await PostAsync("/test/heartbeat", large)).ShouldBeProblemAsync(413, "PAYLOAD_TOO_LARGE");
        var unsaid = await host.SendAsync("POST", "/test/heartbeat", ApiHost.Admin(), streamed);
        await unsaid.ShouldBeProblemAsync(413, "PAYLOAD_TOO_LARGE");
    }

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("application/json; charset=utf-16")]
    [TestCase(null)]
    public async Task Another_media_type_is_415(string? type)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

        var response = await host.SendAsync("POST", "/test/heartbeat", ApiHost.Admin(), content);

        await response.ShouldBeProblemAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    private Task<HttpResponseMessage> PostAsync(string path, string json) =>
        host.SendAsync("POST", path, ApiHost.Admin(), new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Makes the client send chunks without a Content-Length.</summary>
    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
