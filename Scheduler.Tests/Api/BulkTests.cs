using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Bulks;

namespace Scheduler.Tests.Api;

/// <summary>One action on many pipelines over HTTP: what it is asked with, and what is answered.</summary>
public sealed class BulkTests : IDisposable
{
    private const string Root = "/api/v1/scheduler";

    private readonly ApiHost host = ApiHost.WithStoredKeys();
    private (string, string) key;
    private readonly List<string> configIds = [];

    public void Dispose() => host.Dispose();

    [SetUp]
    public async Task ConfigureAsync()
    {
        key = ApiHost.Customer((await host.OnboardAsync("acme", SubscriptionPlan.Scale)).ApiKey);
        foreach (var name in new[] { "a", "b" })
        {
            var body = new
            {
                provider = "SYSTEM",
                domain = "TEST",
                pipeline_template = "probe",
                pipeline_name = name,
                schedule_cron = "0 0 1 1 *",
            };
            var made = await host.SendAsync("POST", $"{Root}/customer/acme/pipelines", key, JsonContent.Create(body));
            configIds.Add((await made.ReadAsync<PipelineConfigResponse>(201)).ConfigId);
        }
    }

    [Test]
    public async Task It_is_planned_done_followed_and_undone()
    {
        var dry = await (
            await StartAsync("""{"action":"pause","filter":{},"reason":"an outage","dry_run":true}""")
        ).ReadAsync<BulkResponse>(200);
        var started = await (
            await StartAsync("""{"action":"pause","filter":{"customer_id":"acme"},"reason":"an outage"}""")
        ).ReadAsync<BulkResponse>(202);
        await WorkAsync();
        var done = await FindAsync(started.BulkId!);
        var paused = await WhyAsync();
        var undoing = await (
            await host.SendAsync("POST", $"{Root}/bulk/{started.BulkId}/undo", ApiHost.Admin())
        ).ReadAsync<BulkResponse>(202);
        await WorkAsync();
        var undone = await FindAsync(started.BulkId!);
        var listed = await ListAsync("");
        var listedAsUndone = await ListAsync("?state=UNDONE");
        var listedAsRunning = await ListAsync("?state=RUNNING");

        using (Assert.EnterMultipleScope())
        {
            Assert.That((dry.Total, dry.Untouched, dry.BulkId), Is.EqualTo((2L, (long?)0L, (string?)null)));
            Assert.That(dry.First!.Select(it => it.PipelineName), Is.EqualTo(["a", "b"]));
            Assert.That(
                (done.State, done.Progress!.Done, done.Progress.Percent),
                Is.EqualTo(((BulkState?)BulkState.Done, 2L, 100.0))
            );
            Assert.That(done.Filter!.Value.GetProperty("customer_id").GetString(), Is.EqualTo("acme"));
            Assert.That(paused.Reason, Is.EqualTo(PipelineWaitReason.Paused));
            Assert.That(paused.Message, Does.Contain("an outage"));
            Assert.That(undoing.State, Is.AnyOf(BulkState.Undoing, BulkState.Undone));
            Assert.That((undone.State, undone.Progress!.Undone), Is.EqualTo(((BulkState?)BulkState.Undone, 2L)));
            Assert.That((await WhyAsync()).Reason, Is.EqualTo(PipelineWaitReason.NotDueYet));
            Assert.That(listed, Is.EqualTo([started.BulkId]));
            Assert.That(listedAsUndone, Is.EqualTo([started.BulkId]));
            Assert.That(listedAsRunning, Is.Empty);
        }
    }

    [TestCase("""{"filter":{},"reason":"x"}""", "action")]
    [TestCase("""{"action":"delete","filter":{},"reason":"x"}""", "action")]
    [TestCase("""{"action":"pause","reason":"x"}""", "filter")]
    [TestCase("""{"action":"pause","filter":{"state":"asleep"},"reason":"x"}""", "filter.state")]
    [TestCase("""{"action":"pause","filter":{},"reason":" "}""", "reason")]
    [TestCase("""{"action":"pause","filter":{},"reason":"x","until":"2001-01-01T00:00:00Z"}""", "until")]
    [TestCase("""{"action":"resume","filter":{},"reason":"x","until":"2199-01-01T00:00:00Z"}""", "until")]
    [TestCase("""{"action":"pause","filter":{},"reason":"x","failed_since":"2001-01-01T00:00:00Z"}""", "failed_since")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var problem = await (await StartAsync(body)).ShouldBeProblemAsync(422, "VALIDATION_FAILED");

        Assert.That(problem.Errors!.Keys, Is.EqualTo([field]));
    }

    [Test]
    public async Task A_state_that_is_none_is_refused()
    {
        var problem = await (
            await host.SendAsync("GET", $"{Root}/bulk?state=paused", ApiHost.Admin())
        ).ShouldBeProblemAsync(400, "INVALID_QUERY");

        Assert.That(problem.Detail, Is.EqualTo("state must be one of RUNNING, DONE, UNDOING, UNDONE."));
    }

    [Test]
    public async Task Nothing_to_do_and_no_such_bulk_are_refused()
    {
        await (await StartAsync("""{"action":"resume","filter":{},"reason":"x"}""")).ShouldBeProblemAsync(
            409,
            "CONFLICT"
        );
        await (await host.SendAsync("GET", $"{Root}/bulk/nosuch", ApiHost.Admin())).ShouldBeProblemAsync(
            404,
            "NOT_FOUND"
        );
        await (await host.SendAsync("POST", $"{Root}/bulk/nosuch/undo", ApiHost.Admin())).ShouldBeProblemAsync(
            404,
            "NOT_FOUND"
        );
    }

    /// <summary>What the duty does by itself every two seconds.</summary>
    private Task WorkAsync() => host.Services.GetRequiredService<BulkWork>().AdvanceAsync(default);

    private Task<HttpResponseMessage> StartAsync(string body) =>
        host.SendAsync(
            "POST",
            $"{Root}/pipelines/bulk",
            ApiHost.Admin(),
            JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body))
        );

    private async Task<IEnumerable<string?>> ListAsync(string query)
    {
        var answer = await host.SendAsync("GET", $"{Root}/bulk{query}", ApiHost.Admin());
        return (await answer.ReadAsync<BulkResponse[]>(200)).Select(bulk => bulk.BulkId);
    }

    private async Task<BulkResponse> FindAsync(string bulkId) =>
        await (await host.SendAsync("GET", $"{Root}/bulk/{bulkId}", ApiHost.Admin())).ReadAsync<BulkResponse>(200);

    private async Task<PipelineWhyResponse> WhyAsync() =>
        await (
            await host.SendAsync("GET", $"{Root}/customer/acme/pipelines/{configIds[0]}/why", key)
        ).ReadAsync<PipelineWhyResponse>(200);
}
