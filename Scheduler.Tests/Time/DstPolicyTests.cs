using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Time;

/// <summary>Every policy against a gap and an overlap, in America/New_York.</summary>
public sealed class DstPolicyTests
{
    private const string Fixed = "30 2 * * *";
    private const string FixedRepeated = "30 1 * * *";
    private const string EveryMinuteOfTheHour = "* 2 * * *";
    private const string Hourly = "30 * * * *";

    // 9 March 2025:  01:59 -05:00 | (02:00 to 02:59 do not exist) | 03:00 -04:00
    [TestCase(Fixed, DstPolicy.Default, "2025-03-09T03:00-04:00; 2025-03-10T02:30-04:00")]
    [TestCase(Fixed, DstPolicy.First, "2025-03-09T03:00-04:00; 2025-03-10T02:30-04:00")]
    [TestCase(Fixed, DstPolicy.Last, "2025-03-09T03:00-04:00; 2025-03-10T02:30-04:00")]
    [TestCase(Fixed, DstPolicy.Both, "2025-03-09T03:00-04:00; 2025-03-10T02:30-04:00")]
    [TestCase(Fixed, DstPolicy.Skip, "2025-03-10T02:30-04:00; 2025-03-11T02:30-04:00")]
    [TestCase(EveryMinuteOfTheHour, DstPolicy.Default, "2025-03-09T03:00-04:00; 2025-03-10T02:00-04:00")]
    [TestCase(EveryMinuteOfTheHour, DstPolicy.Skip, "2025-03-10T02:00-04:00; 2025-03-10T02:01-04:00")]
    [TestCase(Hourly, DstPolicy.Default, "2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00")]
    [TestCase(Hourly, DstPolicy.First, "2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00")]
    [TestCase(Hourly, DstPolicy.Last, "2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00")]
    [TestCase(Hourly, DstPolicy.Both, "2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00")]
    [TestCase(Hourly, DstPolicy.Skip, "2025-03-09T03:30-04:00; 2025-03-09T04:30-04:00")]
    public void Gap(string cron, DstPolicy policy, string expected) =>
        Expect(cron, policy, "2025-03-09T01:40-05:00", expected);

    // 2 November 2025:  01:00 to 01:59 -04:00 | 01:00 to 01:59 -05:00 | 02:00 -05:00
    [TestCase(FixedRepeated, DstPolicy.Default, "2025-11-02T01:30-04:00; 2025-11-03T01:30-05:00")]
    [TestCase(FixedRepeated, DstPolicy.First, "2025-11-02T01:30-04:00; 2025-11-03T01:30-05:00")]
    [TestCase(FixedRepeated, DstPolicy.Skip, "2025-11-02T01:30-04:00; 2025-11-03T01:30-05:00")]
    [TestCase(FixedRepeated, DstPolicy.Last, "2025-11-02T01:30-05:00; 2025-11-03T01:30-05:00")]
    [TestCase(FixedRepeated, DstPolicy.Both, "2025-11-02T01:30-04:00; 2025-11-02T01:30-05:00; 2025-11-03T01:30-05:00")]
    [TestCase(
        Hourly,
        DstPolicy.Default,
        "2025-11-02T00:30-04:00; 2025-11-02T01:30-04:00; 2025-11-02T01:30-05:00; 2025-11-02T02:30-05:00"
    )]
    [TestCase(Hourly, DstPolicy.First, "2025-11-02T00:30-04:00; 2025-11-02T01:30-04:00; 2025-11-02T02:30-05:00")]
    [TestCase(Hourly, DstPolicy.Skip, "2025-11-02T00:30-04:00; 2025-11-02T01:30-04:00; 2025-11-02T02:30-05:00")]
    [TestCase(Hourly, DstPolicy.Last, "2025-11-02T00:30-04:00; 2025-11-02T01:30-05:00; 2025-11-02T02:30-05:00")]
    [TestCase(
        Hourly,
        DstPolicy.Both,
        "2025-11-02T00:30-04:00; 2025-11-02T01:30-04:00; 2025-11-02T01:30-05:00; 2025-11-02T02:30-05:00"
    )]
    public void Overlap(string cron, DstPolicy policy, string expected) =>
        Expect(cron, policy, "2025-11-02T00:10-04:00", expected);

    [Test]
    public void The_words_on_the_wire() =>
        Assert.That(Wire.Words<DstPolicy>(), Is.EqualTo(new[] { "default", "skip", "first", "last", "both" }));

    private static void Expect(string cron, DstPolicy policy, string from, string expected)
    {
        var times = Given.Times(expected);
        var schedule = Given.Schedule(cron, "America/New_York", policy);

        Assert.That(Given.Walk(schedule, Given.Time(from), times.Length), Is.EqualTo(times));
    }
}
