using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>What an import refuses and why, and what it ends.</summary>
[TestFixture]
internal sealed class PipelineImportTests : SchedulingFixture
{
    private const string Script = "pipeline_configs.import";

    private static readonly ImportPipelineRequest Probe = new()
    {
        CustomerId = "acme",
        Provider = "SYSTEM",
        Domain = "TEST",
        PipelineTemplate = "probe",
        ScheduleCron = "0 * * * *",
    };

    private static readonly ImportPipelineRequest Aws = Probe with
    {
        Provider = "AWS",
        Domain = "COST",
        PipelineTemplate = "cost_billing",
        Parameters = Account,
    };

    [Test]
    public async Task A_line_has_to_name_its_credential_where_one_is_needed_and_several_are_there()
    {
        var one = await MakeCredentialAsync("one");
        await MakeCredentialAsync("two");

        var answers = await WriteAsync(Aws, Aws with { CredentialId = one.CredentialId });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                ErrorOf(answers[0], "credential_id"),
                Is.EqualTo("Is required: the customer has several active credentials of the provider.")
            );
            Assert.That(answers[1].Status, Is.EqualTo(ImportLineStatus.Created));
        }
    }

    [Test]
    public async Task A_line_need_not_name_the_only_credential_there_is()
    {
        await MakeCredentialAsync("one");

        Assert.That((await WriteAsync(Aws)).Single().Status, Is.EqualTo(ImportLineStatus.Created));
    }

    [Test]
    public async Task A_credential_that_cannot_be_used_is_told_with_why()
    {
        var answers = await WriteAsync(Aws with { CredentialId = "none" });

        Assert.That(ErrorOf(answers.Single(), "credential_id"), Is.EqualTo("Is not an active credential of AWS."));
    }

    [Test]
    public async Task A_line_above_the_limit_is_refused_with_it()
    {
        var answers = await WriteAsync(2, Probe, Probe with { PipelineName = "b" }, Probe with { PipelineName = "c" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Take(2).Select(it => it.Status), Is.All.EqualTo(ImportLineStatus.Created));
            Assert.That(
                ErrorOf(answers[2], "customer_id"),
                Is.EqualTo("A customer has at most 2 pipelines here, active or not.")
            );
        }
    }

    [Test]
    public async Task A_customer_that_goes_between_the_look_and_the_write_gets_no_pipeline()
    {
        Engine.Before(
            Script,
            () =>
                Database.ExecuteAsync(
                    "pragma foreign_keys = off; delete from customer_profiles where customer_id = 'acme'"
                )
        );

        var answer = (await WriteAsync(Probe)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((answer.Status, answer.ConfigId), Is.EqualTo((ImportLineStatus.Refused, (string?)null)));
            Assert.That(ErrorOf(answer, "customer_id"), Is.EqualTo("There is no such customer."));
        }
    }

    [Test]
    public async Task Lines_that_are_all_refused_cost_the_store_no_write()
    {
        var writes = 0;
        Engine.Before(
            Script,
            () =>
            {
                writes++;
                return Task.CompletedTask;
            }
        );

        var refused = await WriteAsync(Probe with { CustomerId = "nobody" });
        var before = writes;
        await WriteAsync(Probe);

        Assert.That(refused.Single().Status, Is.EqualTo(ImportLineStatus.Refused));
        Assert.That((before, writes), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_line_that_switches_a_pipeline_off_ends_what_waits_and_one_that_changes_it_does_not()
    {
        var lines = new[] { Probe with { PipelineName = "off" }, Probe with { PipelineName = "on" } };
        var made = await WriteAsync(lines);
        H.AdvanceToNextHour();
        await H.TriggerAsync();

        var changed = await WriteAsync(lines[0] with { IsActive = false }, lines[1] with { Priority = 9 });

        var runs = (await H.RunsAsync("acme")).ToDictionary(run => run.ConfigId);
        var (off, on) = (runs[made[0].ConfigId!], runs[made[1].ConfigId!]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(changed.Select(it => it.Status), Is.All.EqualTo(ImportLineStatus.Changed));
            Assert.That((off.State, off.Reason), Is.EqualTo((RunState.Skipped, (SkipReason?)SkipReason.Cancelled)));
            Assert.That((on.State, on.Reason), Is.EqualTo((RunState.Pending, (SkipReason?)null)));
        }
    }

    private static string? ErrorOf(ImportLineResponse answer, string field)
    {
        Assert.That(answer.Status, Is.EqualTo(ImportLineStatus.Refused));
        return answer.Errors?.GetValueOrDefault(field)?.Single();
    }

    private Task<IReadOnlyList<ImportLineResponse>> WriteAsync(params ImportPipelineRequest[] lines) =>
        WriteAsync(1_000, lines);

    private Task<IReadOnlyList<ImportLineResponse>> WriteAsync(int most, params ImportPipelineRequest[] lines)
    {
        var import = new PipelineImport(
            H.Configs,
            new AuditStore(Engine),
            Configuration(most: most),
            Retirement,
            Credentials,
            H.Clock,
            H.Ids,
            new PipelineLimits { MaxPerCustomer = most }
        );
        return import.WriteAsync(
            [.. lines.Select((line, nth) => new ImportLine(nth + 1, line, null))],
            StoreHarness.Actor,
            default
        );
    }
}
