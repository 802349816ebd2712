using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.Time;

namespace Scheduler.Tests.Scheduling;

public sealed class ScheduleTypesTests
{
    [TestCase("HOURLY", "0 * * * *")]
    [TestCase("DAILY", "0 0 * * *")]
    [TestCase("WEEKLY", "0 0 * * 0")]
    [TestCase("MONTHLY", "0 0 1 * *")]
    public void A_type_alone_has_an_expression(string word, string cron)
    {
        Assert.That(ScheduleTypes.DefaultCron(Wire.Parse<ScheduleType>(word)), Is.EqualTo(cron));
        Assert.That(Given.Cron(cron).Canonical, Is.EqualTo(cron));
    }

    [Test]
    public void A_custom_schedule_has_none() =>
        Assert.That(ScheduleTypes.DefaultCron(Wire.Parse<ScheduleType>("CUSTOM")), Is.Null);

    [Test]
    public void The_policies_words_on_the_wire()
    {
        Assert.That(Wire.Words<MisfirePolicy>(), Is.EqualTo(new[] { "run_once", "skip", "run_all" }));
        Assert.That(Wire.Words<OverlapPolicy>(), Is.EqualTo(new[] { "skip", "queue", "allow", "cancel_other" }));
    }

    [Test]
    public void The_first_misfire_policy_is_the_default_one() =>
        Assert.That(default(MisfirePolicy), Is.EqualTo(MisfirePolicy.RunOnce));
}
