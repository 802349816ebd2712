using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Scheduling;

/// <summary>Which occurrences lie in a range, and from where on each has its data.</summary>
[TestFixture]
internal sealed class BackfillRangeTests
{
    private static readonly Instant Ten = Instant.FromUtc(2026, 3, 2, 10, 0);

    [Test]
    public void The_first_has_its_data_from_the_occurrence_before_the_range() =>
        Assert.That(
            In(Ten, Ten + Duration.FromHours(2)),
            Is.EqualTo([
                new BackfillOccurrence(Ten, Ten - Duration.FromHours(1)),
                new BackfillOccurrence(Ten + Duration.FromHours(1), Ten),
            ]),
            "the range's beginning counts, its end does not"
        );

    [Test]
    public void Where_the_schedule_has_no_more_occurrences_the_range_is_empty() =>
        Assert.That(In(Instant.FromUtc(9999, 12, 29, 0, 0), Instant.FromUtc(9999, 12, 30, 0, 0)), Is.Empty);

    private static IEnumerable<BackfillOccurrence> In(Instant from, Instant to) =>
        BackfillRange.Occurrences(
            ((ScheduleResult.Valid)Schedule.Create("0 * * * *", "UTC", DstPolicy.Default)).Schedule,
            from,
            to,
            10
        );
}
