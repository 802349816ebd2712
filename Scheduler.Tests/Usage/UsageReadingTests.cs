using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Usage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Usage;

/// <summary>A month of use, as it is read from the store.</summary>
[TestFixture]
internal sealed class UsageReadingTests
{
    private SqliteDatabase database = null!;
    private StoreHarness harness = null!;
    private UsageReading reading = null!;

    [SetUp]
    public async Task Open()
    {
        database = await SqliteDatabase.CreateFastAsync();
        harness = new StoreHarness(database.Engine);
        reading = new UsageReading(harness.Customers);
    }

    [TearDown]
    public ValueTask Close() => database.DisposeAsync();

    [Test]
    public async Task The_present_month_is_shown_up_to_today_and_beside_as_many_days_of_the_one_before()
    {
        // 2026-03-02 is the second day of its month; what is queued on the 31st of March is of the month before on the 1st of April.
        await harness.OnboardAsync("acme", "PROFESSIONAL", "Europe/Berlin");
        await harness.QueueAsync("acme", "first", "second");
        var first = await reading.ReadAsync("acme", null, default);

        harness.Advance(Duration.FromDays(30));
        var next = await reading.ReadAsync("acme", null, default);
        var before = await reading.ReadAsync("acme", UsageMonth.Of(new LocalDate(2026, 3, 1)), default);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (first!.Month, first.Timezone, first.Today),
                Is.EqualTo(("2026-03", "Europe/Berlin", new LocalDate(2026, 3, 2)))
            );
            Assert.That(first.Days.Select(day => day.Runs), Is.EqualTo([0, 2]));
            Assert.That((first.Totals.Runs, first.Trend.Runs, first.Trend.PreviousRuns), Is.EqualTo((2, 2, 0)));
            Assert.That((first.Limits.Daily, first.Limits.Monthly, first.Limits.Concurrent), Is.EqualTo((25, 750, 3)));

            Assert.That((next!.Month, next.Days.Count, next.Totals.Runs), Is.EqualTo(("2026-04", 1, 0)));
            Assert.That(
                (next.Trend.PreviousMonth, next.Trend.DaysCompared, next.Trend.PreviousRuns),
                Is.EqualTo(("2026-03", 1, 0))
            );

            Assert.That((before!.Month, before.Days.Count, before.Totals.Runs), Is.EqualTo(("2026-03", 31, 2)));
        }
    }

    [Test]
    public async Task The_month_before_counts_with_as_many_days_as_have_begun()
    {
        await harness.OnboardAsync("acme");
        await harness.QueueAsync("acme", "first", "second", "third");
        harness.Advance(Duration.FromDays(31));
        await harness.TriggerAsync();

        var april = await reading.ReadAsync("acme", null, default);

        Assert.That(
            (april!.Today, april.Trend.Runs, april.Trend.PreviousRuns, april.Trend.ChangePercent),
            Is.EqualTo((new LocalDate(2026, 4, 2), 3, 3, (double?)0))
        );
    }

    [Test]
    public async Task A_customer_that_is_not_there_has_no_use() =>
        Assert.That(await reading.ReadAsync("nobody", null, default), Is.Null);
}
