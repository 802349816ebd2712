using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Status;

namespace Scheduler.Tests.Status;

/// <summary>A worker has four places, and a queue should be gone within a minute.</summary>
public sealed class DesiredWorkersTests
{
    [TestCase(0, 0, 0, 30, ExpectedResult = 0, Description = "nothing to do")]
    [TestCase(9, 0, 0, 30, ExpectedResult = 3, Description = "what runs keeps its places")]
    [TestCase(0, 40, 5, 30, ExpectedResult = 5, Description = "runs of half a minute take half a place")]
    [TestCase(0, 40, 61, 30, ExpectedResult = 10, Description = "what has waited too long takes a whole one")]
    [TestCase(4, 40, 5, 30, ExpectedResult = 6, Description = "running and queued add up")]
    [TestCase(0, 1, 0, 0.001, ExpectedResult = 1, Description = "a queue of runs that take no time needs somebody")]
    [TestCase(0, 100_000, 5, 600, ExpectedResult = 50, Description = "never more than the most")]
    public int What_runs_what_is_queued_and_how_long_it_has_waited_count(
        long running,
        long queued,
        double oldest,
        double average
    ) => DesiredWorkers.Of(Snapshot(running, queued, oldest, average), new WorkerTargets());

    [Test]
    public void Without_an_average_each_takes_a_whole_place() =>
        Assert.That(DesiredWorkers.Of(Snapshot(0, 40, 5, null), new WorkerTargets()), Is.EqualTo(10));

    private static StatusSnapshot Snapshot(long running, long queued, double oldest, double? average) =>
        new()
        {
            Now = Instant.FromUtc(2026, 3, 2, 10, 0),
            TotalActivePipelines = 0,
            PipelinesDueNow = 0,
            PipelinesQueued = queued,
            PipelinesRunning = running,
            PipelinesCompletedToday = 0,
            PipelinesFailedToday = 0,
            QueueLength = queued,
            OldestQueuedSeconds = oldest,
            AvgExecutionTimeSeconds = average,
            LatenessP50Seconds = null,
            LatenessP95Seconds = null,
            LatenessP99Seconds = null,
            OldestRunningSince = null,
            FinishedLastHour = 0,
            FailedLastHour = 0,
        };
}
