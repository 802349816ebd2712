using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Customers;
using Scheduler.Core.Scheduling.Backfills;
using Scheduler.Core.Time;

namespace Scheduler.Tests.Scheduling;

/// <summary>A backfill gets what its cap and the quotas leave after all that the schedules will ask for.</summary>
[TestFixture]
internal sealed class BackfillShareTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 30, 10, 0);
    private static readonly Instant DayEnd = Instant.FromUtc(2026, 3, 31, 0, 0);
    private static readonly Instant MonthEnd = Instant.FromUtc(2026, 4, 1, 0, 0);

    [TestCase(5, null, 0, 5)]
    [TestCase(5, null, 2, 3)]
    [TestCase(5, 3, 0, 2, Description = "one place of the customer's cap stays free")]
    [TestCase(5, 3, 1, 1)]
    [TestCase(5, 20, 1, 4)]
    [TestCase(5, 1, 0, 1, Description = "where there is one place it may take that")]
    [TestCase(2, null, 5, 0)]
    public void It_may_have_so_many_more_runs_open(int maxConcurrent, int? customerCap, int open, int room) =>
        Assert.That(BackfillShare.Room(maxConcurrent, customerCap, open), Is.EqualTo(room));

    [TestCase(null, null, int.MaxValue, null)]
    [TestCase(10, null, 6, BackfillWait.QuotaDaily)]
    [TestCase(null, 50, 20, BackfillWait.QuotaMonthly)]
    [TestCase(10, 50, 6, BackfillWait.QuotaDaily)]
    [TestCase(90, 50, 20, BackfillWait.QuotaMonthly)]
    [TestCase(10, 36, 6, BackfillWait.QuotaDaily, Description = "of two alike the day's, which is over first")]
    [TestCase(3, null, 0, BackfillWait.QuotaDaily)]
    public void The_tighter_quota_says_how_much_is_left(int? daily, int? monthly, int left, BackfillWait? bound) =>
        Assert.That(Quota(daily, monthly), Is.EqualTo((left, bound)));

    [Test]
    public void What_the_schedules_fire_until_the_quota_is_renewed_is_kept_for_them()
    {
        // Thirteen more today and 37 more this month; what fires as the next day begins is no longer the day's.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Quota(20, null, "0 * * * *"), Is.EqualTo((3, BackfillWait.QuotaDaily)));
            Assert.That(Quota(null, 70, "0 * * * *"), Is.EqualTo((3, BackfillWait.QuotaMonthly)));
            Assert.That(Quota(20, null, "0 * * * *", "0 12 * * *"), Is.EqualTo((2, BackfillWait.QuotaDaily)));
            Assert.That(Quota(10, null, "0 * * * *"), Is.EqualTo((0, BackfillWait.QuotaDaily)), "they need all of it");
        }
    }

    /// <summary>Of a customer that has run four today and thirty this month.</summary>
    private static (int, BackfillWait?) Quota(int? daily, int? monthly, params string[] crons) =>
        BackfillShare.Quota(
            new ReadinessFacts
            {
                CustomerStatus = "ACTIVE",
                SubscriptionStatus = "ACTIVE",
                RunnableUntil = Instant.MaxValue,
                DailyLimit = daily,
                MonthlyLimit = monthly,
                ConcurrentLimit = null,
                RunToday = 4,
                RunThisMonth = 30,
                Running = 0,
                UsableCredentials = 0,
                OpenPipelines = 1,
                ProvidersWithoutCredential = [],
            },
            [.. crons.Select(cron => ((ScheduleResult.Valid)Schedule.Create(cron, "UTC", DstPolicy.Default)).Schedule)],
            Now,
            DayEnd,
            MonthEnd
        );
}
