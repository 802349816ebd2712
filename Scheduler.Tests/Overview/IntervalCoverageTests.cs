using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Overview;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Overview;

/// <summary>Which data has been fetched, hour by hour: C completed, F failed, P still open.</summary>
[TestFixture]
internal sealed class IntervalCoverageTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 3, 2, 0, 0);

    [Test]
    public void Without_a_run_there_is_nothing_to_tell() => Assert.That(IntervalCoverage.Of([], At(5)), Is.Null);

    [Test]
    public void Completed_runs_next_to_each_other_are_one_covered_interval()
    {
        var coverage = IntervalCoverage.Of([Of(0, 1, 'C'), Of(2, 3, 'C'), Of(1, 2, 'C')], At(3))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(coverage.Covered, Is.EqualTo([new Interval(At(0), At(3))]));
            Assert.That(coverage.Missing, Is.Empty);
            Assert.That(coverage.Share, Is.EqualTo(1));
        }
    }

    [Test]
    public void What_failed_is_missing_until_another_run_has_fetched_it()
    {
        Run[] runs = [Of(0, 1, 'C'), Of(1, 2, 'F'), Of(2, 3, 'F'), Of(2, 3, 'C'), Of(3, 4, 'P')];

        var coverage = IntervalCoverage.Of(runs, At(4))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                coverage.Missing.Select(gap => (gap.From, gap.To, gap.Latest!.State)),
                Is.EqualTo([(At(1), At(2), RunState.Failed), (At(3), At(4), RunState.Pending)])
            );
            Assert.That(coverage.Share, Is.EqualTo(0.5));
        }
    }

    [Test]
    public void A_gap_tells_of_each_run_that_was_to_fetch_a_part_of_it()
    {
        var coverage = IntervalCoverage.Of([Of(0, 1, 'C'), Of(1, 2, 'F'), Of(2, 4, 'F'), Of(4, 5, 'C')], At(5))!;

        Assert.That(coverage.Missing.Select(gap => (gap.From, gap.To)), Is.EqualTo([(At(1), At(2)), (At(2), At(4))]));
    }

    [Test]
    public void What_no_run_was_to_fetch_is_missing_too()
    {
        var coverage = IntervalCoverage.Of([Of(0, 1, 'C'), Of(3, 4, 'C')], At(6))!;

        Assert.That(
            coverage.Missing,
            Is.EqualTo([new MissingInterval(At(1), At(3), null), new MissingInterval(At(4), At(6), null)])
        );
    }

    [Test]
    public void What_is_not_due_yet_is_neither_covered_nor_missing()
    {
        var coverage = IntervalCoverage.Of([Of(0, 1, 'C'), Of(1, 3, 'C'), Of(3, 4, 'F')], At(2))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(coverage.To, Is.EqualTo(At(2)));
            Assert.That(coverage.Covered, Is.EqualTo([new Interval(At(0), At(2))]));
            Assert.That(coverage.Missing, Is.Empty);
        }
    }

    [Test]
    public void The_latest_run_over_an_interval_tells_its_story()
    {
        var later = Of(0, 1, 'P') with { CreatedAt = At(9) };

        var coverage = IntervalCoverage.Of([later, Of(0, 1, 'F')], At(1))!;

        Assert.That(coverage.Missing.Single().Latest, Is.EqualTo(later));
    }

    private static Instant At(int hour) => Start + Duration.FromHours(hour);

    private static Run Of(int from, int to, char state) =>
        new()
        {
            RunId = $"{from}-{to}-{state}",
            ConfigId = "config",
            CustomerId = "acme",
            PipelineTemplate = "probe",
            ScheduledTime = At(to),
            DataIntervalStart = At(from),
            DataIntervalEnd = At(to),
            State = state switch
            {
                'C' => RunState.Completed,
                'F' => RunState.Failed,
                _ => RunState.Pending,
            },
            RetryAttempt = 0,
            TriggeredBy = TriggeredBy.CloudScheduler,
            Lane = Lane.Schedule,
            Priority = 5,
            CreatedAt = At(to),
            UpdatedAt = At(to),
        };
}
