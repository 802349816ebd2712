using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Datasets;
using Scheduler.Core.Pipelines.Providers;
using Scheduler.Core.Pipelines.Providers.Http;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines.Providers;

[TestFixture]
internal sealed class CallRetryTests
{
    private static readonly Duration Run = Duration.FromMinutes(10);

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 4)]
    public void Waits_are_drawn_from_nothing_to_a_ceiling_that_doubles(int tries, int ceiling)
    {
        var waits = Enumerable
            .Range(0, 2000)
            .Select(seed =>
                CallRetry
                    .Delay(ErrorType.ServiceUnavailable, null, tries, Duration.Zero, Run, new Random(seed))!
                    .Value.TotalSeconds
            )
            .ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(waits, Is.All.InRange(0, ceiling));
            Assert.That(waits.Max(), Is.GreaterThan(ceiling * 0.95));
            Assert.That(waits.Min(), Is.LessThan(ceiling * 0.05));
        }
    }

    [TestCase(ErrorType.ServiceUnavailable, 4, 0, null, null)]
    [TestCase(ErrorType.AuthenticationFailed, 1, 0, null, null)]
    [TestCase(ErrorType.SchemaDrift, 1, 0, 5, null)]
    [TestCase(ErrorType.RateLimitExceeded, 1, 0, 60, 60)]
    [TestCase(ErrorType.RateLimitExceeded, 1, 0, 61, null)]
    [TestCase(ErrorType.RateLimitExceeded, 1, 31, 30, null)]
    [TestCase(ErrorType.RateLimitExceeded, 3, 30, 30, 30)]
    [TestCase(ErrorType.Timeout, 1, 0, 0, 0)]
    public void A_wait_that_is_asked_for_is_kept_within_a_tenth_of_the_run(
        ErrorType error,
        int tries,
        int waited,
        int? asked,
        int? expected
    )
    {
        var delay = CallRetry.Delay(
            error,
            asked is { } seconds ? Duration.FromSeconds(seconds) : null,
            tries,
            Duration.FromSeconds(waited),
            Run,
            new Random(1)
        );

        Assert.That(delay?.TotalSeconds, Is.EqualTo(expected));
    }

    [TestCase("2026-01-15", "2026-03-02", "2026-01-15 2026-01-31 2026-02-01 2026-02-28 2026-03-01 2026-03-02")]
    [TestCase("2026-01-31", "2026-01-31", "2026-01-31 2026-01-31")]
    public void Months_are_cut_at_their_ends(string from, string to, string expected) =>
        Assert.That(Text(DayChunks.OfMonths(Window(from, to))), Is.EqualTo(expected));

    [TestCase("2026-01-01", "2026-01-31", 31, "2026-01-01 2026-01-31")]
    [TestCase("2026-01-01", "2026-02-01", 31, "2026-01-01 2026-01-31 2026-02-01 2026-02-01")]
    [TestCase("2026-01-01", "2026-01-03", 1, "2026-01-01 2026-01-01 2026-01-02 2026-01-02 2026-01-03 2026-01-03")]
    public void Days_are_cut_by_their_number(string from, string to, int days, string expected) =>
        Assert.That(Text(DayChunks.OfDays(Window(from, to), days)), Is.EqualTo(expected));

    private static DayWindow Window(string from, string to) =>
        new(LocalDate.FromDateOnly(DateOnly.Parse(from, null)), LocalDate.FromDateOnly(DateOnly.Parse(to, null)));

    private static string Text(IEnumerable<DayWindow> chunks) =>
        string.Join(' ', chunks.Select(chunk => $"{chunk.From:uuuu-MM-dd} {chunk.To:uuuu-MM-dd}"));
}
