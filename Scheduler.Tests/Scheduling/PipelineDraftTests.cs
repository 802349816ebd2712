using System.Text.Json;
using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Time;
using Scheduler.Tests.Support;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Scheduling;

/// <summary>What a request leaves out, and what it says.</summary>
[TestFixture]
internal sealed class PipelineDraftTests
{
    private static readonly ConfigurePipelineRequest Bare = new()
    {
        Provider = "aws",
        Domain = "cost",
        PipelineTemplate = "cost_billing",
    };

    [TestCase("5 4 * * *", ScheduleType.Weekly, "5 4 * * *")]
    [TestCase("5 4 * * *", null, "5 4 * * *")]
    [TestCase(null, ScheduleType.Hourly, "0 * * * *")]
    [TestCase(null, ScheduleType.Weekly, "0 0 * * 0")]
    public void The_expression_decides_and_without_one_the_type_does(string? cron, ScheduleType? type, string expected)
    {
        var result = PipelineDraft.ScheduleOf(Bare with { ScheduleCron = cron, ScheduleType = type });

        Assert.That((result as ScheduleResult.Valid)?.Schedule.Cron.Original, Is.EqualTo(expected));
    }

    [TestCase(null)]
    [TestCase(ScheduleType.Custom)]
    public void Without_an_expression_and_a_type_that_has_one_there_is_no_schedule(ScheduleType? type) =>
        Assert.That(
            PipelineDraft.ScheduleOf(Bare with { ScheduleType = type }),
            Is.InstanceOf<ScheduleResult.Invalid>()
        );

    [TestCase(null, DstPolicy.Default)]
    [TestCase(DstPolicy.Both, DstPolicy.Both)]
    public void The_schedule_keeps_the_policy_for_clock_changes(DstPolicy? asked, DstPolicy expected)
    {
        var result = PipelineDraft.ScheduleOf(Bare with { ScheduleCron = "0 2 * * *", DstPolicy = asked });

        Assert.That((result as ScheduleResult.Valid)?.Schedule.DstPolicy, Is.EqualTo(expected));
    }

    [Test]
    public void What_is_left_out_has_its_default()
    {
        var draft = Compose(Bare);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (draft.CustomerId, draft.Provider, draft.Domain, draft.PipelineTemplate, draft.PipelineName),
                Is.EqualTo(("acme", "AWS", "COST", "cost_billing", "cost_billing"))
            );
            Assert.That((draft.ConfigId, draft.IsActive, draft.Priority), Is.EqualTo(("", true, 5)));
            Assert.That(
                (draft.MisfirePolicy, draft.OverlapPolicy, draft.SpreadSeconds),
                Is.EqualTo((MisfirePolicy.RunOnce, OverlapPolicy.Queue, 0))
            );
            Assert.That(draft.NotificationEmails, Is.Empty);
            Assert.That(
                (draft.Parameters, draft.RetryConfig, draft.CredentialId, draft.Description),
                Is.EqualTo(Nothing)
            );
        }
    }

    [Test]
    public void What_is_asked_for_is_kept()
    {
        var draft = Compose(
            Bare with
            {
                PipelineName = "mine",
                IsActive = false,
                ScheduleType = ScheduleType.Weekly,
                Priority = 9,
                CredentialId = "cred-1",
                Parameters = new Dictionary<string, JsonElement> { ["a"] = StoreHarness.Json("1") },
                RetryConfig = new RetryConfig { MaxRetries = 7 },
                MisfirePolicy = MisfirePolicy.Skip,
                OverlapPolicy = OverlapPolicy.CancelOther,
                SpreadSeconds = 90,
                NotificationEmails = ["ops@example.com"],
                Description = "why",
            }
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (draft.PipelineName, draft.IsActive, draft.ScheduleType, draft.Priority, draft.SpreadSeconds),
                Is.EqualTo(("mine", false, ScheduleType.Weekly, 9, 90))
            );
            Assert.That(
                (draft.MisfirePolicy, draft.OverlapPolicy),
                Is.EqualTo((MisfirePolicy.Skip, OverlapPolicy.CancelOther))
            );
            Assert.That((draft.CredentialId, draft.Description), Is.EqualTo(("cred-1", "why")));
            Assert.That(draft.NotificationEmails, Is.EqualTo(["ops@example.com"]));
            Assert.That(draft.Parameters!.Value.GetRawText(), Is.EqualTo("""{"a":1}"""));
            Assert.That(draft.RetryConfig!.Value.GetProperty("max_retries").GetInt32(), Is.EqualTo(7));
        }
    }

    [TestCase("0 0 * * *", ScheduleType.Daily)]
    [TestCase("@monthly", ScheduleType.Monthly)]
    [TestCase("5 0 * * *", ScheduleType.Custom)]
    public void Without_a_type_the_expression_tells_it(string cron, ScheduleType expected) =>
        Assert.That(Compose(Bare, cron).ScheduleType, Is.EqualTo(expected));

    [Test]
    public void The_pipeline_s_parameters_lie_over_the_provider_s()
    {
        var provider = StoreHarness.Json("""{"a":1,"b":2}""");
        var own = new Dictionary<string, JsonElement> { ["b"] = StoreHarness.Json("3") };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(PipelineDraft.Merge(provider, own)!.Value.GetRawText(), Is.EqualTo("""{"a":1,"b":3}"""));
            Assert.That(PipelineDraft.Merge(provider, null)!.Value.GetRawText(), Is.EqualTo("""{"a":1,"b":2}"""));
            Assert.That(PipelineDraft.Merge(null, own)!.Value.GetRawText(), Is.EqualTo("""{"b":3}"""));
            Assert.That(PipelineDraft.Merge(null, null)!.Value.GetRawText(), Is.EqualTo("{}"));
        }
    }

    [Test]
    public void A_template_that_is_not_there_is_named_with_those_that_are()
    {
        var message = PipelineDraft.NoTemplate(Bare, [Template("one"), Template("two")]);

        Assert.That(
            message,
            Is.EqualTo("There is no template aws/cost/cost_billing. There are: AWS/COST/one, AWS/COST/two.")
        );
    }

    [Test]
    public void No_more_than_twenty_templates_are_listed()
    {
        var message = PipelineDraft.NoTemplate(Bare, Enumerable.Range(1, 30).Select(nth => Template($"t{nth:00}")));

        Assert.That(message, Does.Contain("AWS/COST/t01, ").And.EndsWith("AWS/COST/t20."));
    }

    private static (JsonElement?, JsonElement?, string?, string?) Nothing => default;

    private static PipelineConfig Compose(ConfigurePipelineRequest request, string cron = "0 4 * * *") =>
        PipelineDraft.Compose("acme", request, Template("cost_billing"), Given.Schedule(cron));

    private static PipelineTemplate Template(string name) =>
        new()
        {
            Provider = "AWS",
            Domain = "COST",
            Name = name,
            Version = "1.0.0",
            Credential = "none",
            RunTimeout = Duration.FromMinutes(1),
            CallTimeout = Duration.FromMinutes(1),
            Steps = [],
        };
}
