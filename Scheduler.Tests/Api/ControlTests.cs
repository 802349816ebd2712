using System.Net.Http.Json;
using System.Text.Json;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;

namespace Scheduler.Tests.Api;

/// <summary>What a customer or an operator does to one pipeline or run.</summary>
public sealed class ControlTests : IDisposable
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
            schedule_cron = "* * * * *",
        };
        var made = await host.SendAsync("POST", $"{Base}/pipelines", key, JsonContent.Create(body));
        configId = (await made.ReadAsync<PipelineConfigResponse>(201)).ConfigId;
    }

    [Test]
    public async Task A_pipeline_is_paused_with_a_reason_and_resumed()
    {
        var until = new DateTimeOffset(2199, 1, 1, 3, 0, 0, TimeSpan.Zero);
        var paused = await (
            await PauseAsync(new { reason = "The provider moves.", until = until.UtcDateTime })
        ).ReadAsync<PipelineConfigResponse>();
        var endless = await (
            await PauseAsync(new { reason = "Until further notice." })
        ).ReadAsync<PipelineConfigResponse>();
        var resumed = await (await ResumeAsync()).ReadAsync<PipelineConfigResponse>();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paused.PausedUntil?.ToDateTimeOffset(), Is.EqualTo(until));
            Assert.That(paused.PauseReason, Is.EqualTo("The provider moves."));
            Assert.That(paused.PausedBy, Is.Not.Empty.And.Not.Contains(key.Item2));
            Assert.That(endless.PausedUntil?.ToString(), Is.EqualTo("9999-12-31T00:00:00Z"));
            Assert.That(resumed.PausedUntil?.ToDateTimeOffset(), Is.LessThanOrEqualTo(TimeProvider.System.GetUtcNow()));
            Assert.That((resumed.PausedBy, resumed.PauseReason), Is.EqualTo(((string?)null, (string?)null)));
        }
    }

    [TestCase("""{}""", "reason")]
    [TestCase("""{"reason":" "}""", "reason")]
    [TestCase("""{"reason":"x","until":"2001-01-01T00:00:00Z"}""", "until")]
    [TestCase("""{"reason":"x","until":"tomorrow"}""", "until")]
    [TestCase("""{"reason":"x","for":"1h"}""", "for")]
    public async Task A_pause_that_says_too_little_or_lies_in_the_past_is_refused_by_field(string body, string field)
    {
        var problem = await (
            await host.SendAsync(
                "POST",
                $"{Base}/pipelines/{configId}/pause",
                key,
                JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(body))
            )
        ).ShouldBeProblemAsync(422, "VALIDATION_FAILED");

        Assert.That(problem.Errors!.Keys, Is.EqualTo([field]));
    }

    [Test]
    public async Task A_pipeline_that_is_switched_off_is_neither_paused_nor_resumed()
    {
        await host.SendAsync("DELETE", $"{Base}/pipelines/{configId}", key);

        await (await PauseAsync(new { reason = "x" })).ShouldBeProblemAsync(409, "CONFLICT");
        await (await ResumeAsync()).ShouldBeProblemAsync(409, "CONFLICT");
        configId = "none";
        await (await PauseAsync(new { reason = "x" })).ShouldBeProblemAsync(404, "NOT_FOUND");
        await (await ResumeAsync()).ShouldBeProblemAsync(404, "NOT_FOUND");
    }

    [Test]
    public async Task A_pipeline_is_run_now_once_a_key()
    {
        var first = await (await RunNowAsync("a-key")).ReadAsync<RunResponse>(201);
        var again = await (await RunNowAsync("a-key")).ReadAsync<RunResponse>(200);
        var other = await (await RunNowAsync()).ReadAsync<RunResponse>(201);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.RunId, Is.EqualTo(first.RunId));
            Assert.That((first.TriggeredBy, first.Lane), Is.EqualTo((TriggeredBy.Manual, "manual:a-key")));
            Assert.That(other.RunId, Is.Not.EqualTo(first.RunId));
        }
        await (await RunNowAsync(new string('x', 201))).ShouldBeProblemAsync(400, "BAD_REQUEST");
        await PauseAsync(new { reason = "x" });
        await (await RunNowAsync()).ShouldBeProblemAsync(409, "CONFLICT");
        configId = "none";
        await (await RunNowAsync()).ShouldBeProblemAsync(404, "NOT_FOUND");
    }

    [Test]
    public async Task Running_now_over_the_quota_is_refused_with_when_to_come_back()
    {
        var limit = JsonContent.Create(new { max_pipelines_per_day = 1 });
        await host.SendAsync("PUT", "/api/v1/customers/acme/subscription", ApiHost.Admin(), limit);
        await RunNowAsync();

        var refused = await RunNowAsync();

        Assert.That(refused.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        await refused.ShouldBeProblemAsync(429, "QUOTA_EXCEEDED");
    }

    [Test]
    public async Task A_run_that_has_ended_is_done_again_once_a_key()
    {
        var run = await (await RunNowAsync()).ReadAsync<RunResponse>(201);
        await (await ReplayAsync(run.RunId)).ShouldBeProblemAsync(409, "CONFLICT");
        await CancelAsync(run.RunId);

        var first = await (await ReplayAsync(run.RunId, "a-key")).ReadAsync<RunResponse>(201);
        var again = await (await ReplayAsync(run.RunId, "a-key")).ReadAsync<RunResponse>(200);

        Assert.That(again.RunId, Is.EqualTo(first.RunId));
        Assert.That(first.ScheduledTime, Is.EqualTo(run.ScheduledTime));
        await (await ReplayAsync("none")).ShouldBeProblemAsync(404, "NOT_FOUND");
    }

    [Test]
    public async Task A_run_is_cancelled_where_it_stands()
    {
        var waiting = await (await RunNowAsync()).ReadAsync<RunResponse>(201);
        var skipped = await (await CancelAsync(waiting.RunId)).ReadAsync<RunResponse>();
        await (await CancelAsync(waiting.RunId)).ShouldBeProblemAsync(409, "CONFLICT");

        await RunNowAsync();
        var item = await LeaseAsync();
        var asked = await (await CancelAsync(item.RunId)).ReadAsync<RunResponse>(202);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (skipped.State, skipped.Reason),
                Is.EqualTo((RunState.Skipped, (SkipReason?)SkipReason.Cancelled))
            );
            Assert.That(asked.State, Is.EqualTo(RunState.Running));
            Assert.That((await BeatAsync(item)).Status, Is.EqualTo(HeartbeatStatus.Cancel));
        }
        await (await CancelAsync("none")).ShouldBeProblemAsync(404, "NOT_FOUND");
    }

    private Task<HttpResponseMessage> PauseAsync(object body) =>
        host.SendAsync("POST", $"{Base}/pipelines/{configId}/pause", key, JsonContent.Create(body));

    private Task<HttpResponseMessage> RunNowAsync(string? idempotencyKey = null) =>
        AskAsync($"pipelines/{configId}/run-now", idempotencyKey);

    private Task<HttpResponseMessage> ReplayAsync(string runId, string? idempotencyKey = null) =>
        AskAsync($"runs/{runId}/replay", idempotencyKey);

    private Task<HttpResponseMessage> AskAsync(string path, string? idempotencyKey)
    {
        var content = new ByteArrayContent([]);
        if (idempotencyKey is not null)
        {
            content.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }
        return host.SendAsync("POST", $"{Base}/{path}", key, content);
    }

    private Task<HttpResponseMessage> ResumeAsync() =>
        host.SendAsync("POST", $"{Base}/pipelines/{configId}/resume", key);

    private Task<HttpResponseMessage> CancelAsync(string runId) =>
        host.SendAsync("POST", $"{Base}/runs/{runId}/cancel", key);

    private async Task<LeaseItem> LeaseAsync()
    {
        var body = new { worker_id = "w-1", execution = "lease" };
        var leased = await host.SendAsync(
            "POST",
            "/api/v1/scheduler/process-queue",
            ApiHost.Admin(),
            JsonContent.Create(body)
        );
        return (await leased.ReadAsync<LeaseResponse>()).Items.Single();
    }

    private async Task<HeartbeatResult> BeatAsync(LeaseItem item)
    {
        var body = new
        {
            worker_id = "w-1",
            leases = new[] { new { queue_id = item.QueueId, lease_token = item.LeaseToken } },
        };
        var beat = await host.SendAsync(
            "POST",
            "/api/v1/scheduler/process-queue/heartbeat",
            ApiHost.Admin(),
            JsonContent.Create(body)
        );
        return (await beat.ReadAsync<HeartbeatResponse>()).Leases.Single();
    }
}
