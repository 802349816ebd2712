using System.Net.Http.Json;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling.Backfills;

namespace Scheduler.Tests.Api;

/// <summary>Backfills over HTTP: what they are asked with, and what is answered.</summary>
public sealed class BackfillTests : IDisposable
{
    private const string Base = "/api/v1/scheduler/customer/acme";

    private readonly ApiHost host = ApiHost.WithStoredKeys();
    private (string, string) key;
    private string configId = "";

    public void Dispose() => host.Dispose();

    [SetUp]
    public async Task ConfigureAsync()
    {
        key = ApiHost.Customer((await host.OnboardAsync("acme", SubscriptionPlan.Scale)).ApiKey);
        var body = new
        {
            provider = "SYSTEM",
            domain = "TEST",
            pipeline_template = "probe",
            schedule_cron = "0 0 1 1 *",
        };
        var made = await host.SendAsync("POST", $"{Base}/pipelines", key, JsonContent.Create(body));
        configId = (await made.ReadAsync<PipelineConfigResponse>(201)).ConfigId;
    }

    [Test]
    public async Task It_is_planned_made_listed_paused_resumed_and_cancelled()
    {
        var dry = await (
            await StartAsync(
                new
                {
                    from = "2020-01-01T00:00:00Z",
                    to = "2023-01-01T00:00:00Z",
                    dry_run = true,
                }
            )
        ).ReadAsync<BackfillResponse>(200);
        var made = await (
            await StartAsync(new { from = "2020-01-01T00:00:00Z", to = "2023-01-01T00:00:00Z" })
        ).ReadAsync<BackfillResponse>(201);
        var again = await (
            await StartAsync(new { from = "2020-01-01T00:00:00Z", to = "2023-01-01T00:00:00Z" })
        ).ShouldBeProblemAsync(409, "CONFLICT");
        var paused = await (await PostAsync(made.BackfillId!, "pause")).ReadAsync<BackfillResponse>(200);
        var resumed = await (await PostAsync(made.BackfillId!, "resume")).ReadAsync<BackfillResponse>(200);
        var cancelled = await (await PostAsync(made.BackfillId!, "cancel")).ReadAsync<BackfillResponse>(200);
        await (await PostAsync(made.BackfillId!, "pause")).ShouldBeProblemAsync(409, "CONFLICT");
        var found = await (
            await host.SendAsync("GET", $"{Base}/backfills/{made.BackfillId}", key)
        ).ReadAsync<BackfillResponse>(200);
        var listed = await (await host.SendAsync("GET", $"{Base}/backfills", key)).ReadAsync<BackfillResponse[]>(200);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (dry.Occurrences, dry.BackfillId, dry.State),
                Is.EqualTo((3L, (string?)null, (BackfillState?)null))
            );
            Assert.That(
                dry.First!.Select(it => it.ScheduledTime.ToString()),
                Is.EqualTo(["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"])
            );
            Assert.That(dry.First![0].DataIntervalStart.ToString(), Is.EqualTo("2019-01-01T00:00:00Z"));
            Assert.That((made.State, made.Occurrences), Is.EqualTo(((BackfillState?)BackfillState.Running, 3L)));
            Assert.That(again.Detail, Does.Contain(made.BackfillId!));
            Assert.That(paused.State, Is.EqualTo(BackfillState.Paused));
            Assert.That(resumed.State, Is.EqualTo(BackfillState.Running));
            Assert.That(cancelled.State, Is.EqualTo(BackfillState.Cancelled));
            Assert.That((found.Progress!.Remaining, found.EndedAt), Is.EqualTo((0L, cancelled.EndedAt)));
            Assert.That(listed.Select(it => it.BackfillId), Is.EqualTo([made.BackfillId]));
        }
    }

    [TestCase("""{"to":"2023-01-01T00:00:00Z"}""", "from")]
    [TestCase("""{"from":"2023-01-01T00:00:00Z","to":"2023-01-01T00:00:00Z"}""", "from")]
    [TestCase("""{"from":"2020-01-01T00:00:00Z","to":"2999-01-01T00:00:00Z"}""", "to")]
    [TestCase("""{"from":"2020-01-01T00:00:00Z","to":"2023-01-01T00:00:00Z","mode":"some"}""", "mode")]
    [TestCase("""{"from":"2020-01-01T00:00:00Z","to":"2023-01-01T00:00:00Z","max_concurrent":0}""", "max_concurrent")]
    [TestCase("""{"from":"2020-01-01T00:00:00Z","to":"2023-01-01T00:00:00Z","speed":9}""", "speed")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var problem = await (
            await host.SendAsync(
                "POST",
                $"{Base}/pipelines/{configId}/backfills",
                key,
                JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body))
            )
        ).ShouldBeProblemAsync(422, "VALIDATION_FAILED");

        Assert.That(problem.Errors!.Keys, Is.EqualTo([field]));
    }

    [Test]
    public async Task A_range_without_anything_to_run_and_a_pipeline_that_is_not_there_are_refused()
    {
        await (
            await StartAsync(new { from = "2020-02-01T00:00:00Z", to = "2020-03-01T00:00:00Z" })
        ).ShouldBeProblemAsync(409, "CONFLICT");
        await (
            await host.SendAsync(
                "POST",
                $"{Base}/pipelines/nosuch/backfills",
                key,
                JsonContent.Create(new { from = "2020-01-01T00:00:00Z", to = "2023-01-01T00:00:00Z" })
            )
        ).ShouldBeProblemAsync(404, "NOT_FOUND");
        await (await PostAsync("nosuch", "cancel")).ShouldBeProblemAsync(404, "NOT_FOUND");
    }

    private Task<HttpResponseMessage> StartAsync(object body) =>
        host.SendAsync("POST", $"{Base}/pipelines/{configId}/backfills", key, JsonContent.Create(body));

    private Task<HttpResponseMessage> PostAsync(string backfillId, string action) =>
        host.SendAsync("POST", $"{Base}/backfills/{backfillId}/{action}", key);
}
