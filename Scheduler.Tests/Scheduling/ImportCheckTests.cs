using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Scheduling.Import;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Scheduling;

/// <summary>Which field of a line is wrong, and what would be right.</summary>
[TestFixture]
internal sealed class ImportCheckTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 2, 10, 0);

    private static readonly ImportContext Context = new("acme", "SYSTEM", "TEST", null);

    private static readonly ImportPipelineRequest Line = new()
    {
        CustomerId = "acme",
        Provider = "SYSTEM",
        Domain = "TEST",
        PipelineTemplate = "probe",
        ScheduleCron = "0 4 * * *",
    };

    [Test]
    public void A_line_that_is_right_becomes_a_pipeline_with_its_next_time()
    {
        var (config, errors) = Judge(Line, Context);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(errors, Is.Empty);
            Assert.That(config?.NextRunTime, Is.EqualTo(Instant.FromUtc(2026, 3, 3, 4, 0)));
        }
    }

    [Test]
    public void A_customer_that_is_not_there_is_told_so() =>
        Assert.That(Judge(Line, null).Errors, Is.EqualTo([("customer_id", "There is no such customer.")]));

    [Test]
    public void A_template_that_is_not_there_is_told_with_those_that_are()
    {
        var (field, message) = Judge(Line with { PipelineTemplate = "nothing" }, Context).Errors.Single();

        Assert.That(field, Is.EqualTo("pipeline_template"));
        Assert.That(message, Does.Contain("SYSTEM/TEST/nothing").And.Contain("SYSTEM/TEST/probe"));
    }

    [TestCase("61 * * * *", "UTC", "schedule_cron", "minute: ")]
    [TestCase("0 4 * * *", "Mars/Phobos", "timezone", "timezone: ")]
    public void A_wrong_schedule_is_told_with_its_part_and_what_is_wrong_with_it(
        string cron,
        string zone,
        string expected,
        string part
    )
    {
        var (field, message) = Judge(Line with { ScheduleCron = cron, Timezone = zone }, Context).Errors.Single();

        Assert.That(field, Is.EqualTo(expected));
        Assert.That(message, Does.StartWith(part));
        Assert.That(message, Has.Length.GreaterThan(part.Length + 10));
    }

    [Test]
    public void A_schedule_that_never_fires_is_told_as_its_expression_s_fault()
    {
        // Where the calendar ends, every schedule does.
        var (field, message) = Judge(Line, Context, Instant.FromUtc(9999, 12, 29, 0, 0)).Errors.Single();

        Assert.That(field, Is.EqualTo("schedule_cron"));
        Assert.That(message, Does.StartWith("cron: It never fires"));
    }

    [Test]
    public void The_customer_s_own_parameters_are_judged_with_the_line_s()
    {
        var context = Context with { Parameters = StoreHarness.Json("""{"duration_ms":-1,"unknown":true}""") };

        Assert.That(
            Judge(Line, context).Errors.Select(error => error.Field),
            Is.EqualTo(["parameters.duration_ms", "parameters.unknown"])
        );
    }

    private static (PipelineConfig? Config, List<(string Field, string Message)> Errors) Judge(
        ImportPipelineRequest line,
        ImportContext? context,
        Instant? now = null
    )
    {
        var catalog = ShippedTemplates.Catalog;
        var check = new ImportCheck(
            catalog.All,
            request => catalog.Find(request.Provider, request.Domain, request.PipelineTemplate)
        );
        var config = check.Judge(line, context, now ?? Now, out var errors);
        return (
            config,
            [.. (errors ?? new Dictionary<string, IReadOnlyList<string>>()).Select(it => (it.Key, it.Value[0]))]
        );
    }
}
