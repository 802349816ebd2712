using NUnit.Framework;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

/// <summary>What NCrontab alone gets wrong or leaves open, line by line, as the product answers it.</summary>
public sealed class NCrontabGapsTests
{
    [Test]
    public void The_two_day_fields_are_joined_by_OR() =>
        Expect(
            "0 0 1 * MON",
            "2025-01-01T00:00Z",
            "2025-01-06T00:00Z;2025-01-13T00:00Z;2025-01-20T00:00Z;2025-01-27T00:00Z;2025-02-01T00:00Z"
        );

    [Test]
    public void A_step_counts_as_a_restriction() =>
        Expect(
            "0 0 */10 * FRI",
            "2025-01-01T00:00Z",
            "2025-01-03T00:00Z;2025-01-10T00:00Z;2025-01-11T00:00Z;2025-01-17T00:00Z"
        );

    [TestCase("*/0 * * * *", "minute", TestName = "A step of 0")]
    [TestCase("1/0 * * * *", "minute", TestName = "A step of 0 from a value")]
    [TestCase("*/-5 * * * *", "minute", TestName = "A negative step")]
    [TestCase("0 0 * * FRI-MON", "day_of_week", TestName = "A range over the end of the week")]
    [TestCase("0 0 * * SAT-SUN", "day_of_week", TestName = "A range from Saturday to Sunday")]
    [TestCase("0 22-2 * * *", "hour", TestName = "A range over midnight")]
    [TestCase("0 0 L * *", "day_of_month", TestName = "L")]
    [TestCase("0 0 1W * *", "day_of_month", TestName = "W")]
    [TestCase("0 0 * * MON#1", "day_of_week", TestName = "#")]
    [TestCase("0 0 * M *", "month", TestName = "One letter of March")]
    [TestCase("0 0 * J *", "month", TestName = "One letter of January")]
    [TestCase("0 0 * * S", "day_of_week", TestName = "One letter of Sunday")]
    [TestCase("0 0 * DECEM *", "month", TestName = "Five letters of December")]
    [TestCase("0 0 * DECEMBER *", "month", TestName = "All letters of December")]
    [TestCase("99999999999 * * * *", "minute", TestName = "A number beyond an int")]
    [TestCase("0 0 30 2 *", "day_of_month", TestName = "A date that never comes")]
    [TestCase("0 0 6 * * *", "cron", TestName = "Six fields")]
    public void Refused(string text, string part) =>
        Assert.That(
            CronExpression.Parse(text),
            Is.TypeOf<CronParseResult.Refused>().With.Property("Part").EqualTo(part)
        );

    [Test]
    public void Seven_is_Sunday() => Expect("0 0 * * 7", "2025-01-01T00:00Z", "2025-01-05T00:00Z;2025-01-12T00:00Z");

    [Test]
    public void Seven_closes_a_range() =>
        Expect(
            "0 0 * * 5-7",
            "2025-01-01T00:00Z",
            "2025-01-03T00:00Z;2025-01-04T00:00Z;2025-01-05T00:00Z;2025-01-10T00:00Z"
        );

    [Test]
    public void Question_mark_macros_and_tabs_are_accepted()
    {
        Expect("0\t6\t?\t*\t?", "2025-01-01T06:00Z", "2025-01-02T06:00Z");
        Expect("@hourly", "2025-01-01T06:00Z", "2025-01-01T07:00Z");
    }

    [Test]
    public void A_step_beyond_the_field_leaves_its_start()
    {
        Expect("5/70 * * * *", "2025-01-01T06:05Z", "2025-01-01T07:05Z");
        Expect("*/999999999 * * * *", "2025-01-01T06:05Z", "2025-01-01T07:00Z");
    }

    [Test]
    public void Names_in_any_case_steps_from_a_value_and_lists_of_steps_work() =>
        Expect(
            "50/5,*/40 12 * jAn wEd",
            "2025-01-01T00:00Z",
            "2025-01-01T12:00Z;2025-01-01T12:40Z;2025-01-01T12:50Z;2025-01-01T12:55Z"
        );

    private static void Expect(string cron, string from, string expected)
    {
        var times = Given.Times(expected);

        Assert.That(Given.Walk(Given.Schedule(cron), Given.Time(from), times.Length), Is.EqualTo(times));
    }
}
