using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Execution;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Execution;

public sealed class RunVerdictTests
{
    private static readonly LeaseReference Lease = new() { QueueId = "q1", LeaseToken = "1-t" };
    private static readonly PipelineResult Failed = FakeRunner.Failure(ErrorType.Timeout, "slow");

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return new(null, FakeRunner.Success, RunOutcome.Completed);
        yield return new(null, Failed, RunOutcome.Failed);
        yield return new(null, null, RunOutcome.Failed);
        yield return new(StopReason.Lost, FakeRunner.Success, null);
        yield return new(StopReason.Lost, Failed, null);
        yield return new(StopReason.Lost, null, null);
        yield return new(StopReason.Cancelled, FakeRunner.Success, RunOutcome.Completed);
        yield return new(StopReason.Cancelled, Failed, RunOutcome.Cancelled);
        yield return new(StopReason.Cancelled, null, RunOutcome.Cancelled);
        yield return new(StopReason.Released, FakeRunner.Success, RunOutcome.Completed);
        yield return new(StopReason.Released, Failed, RunOutcome.Released);
        yield return new(StopReason.Released, null, RunOutcome.Released);
    }

    [TestCaseSource(nameof(Cases))]
    public void The_report_follows_from_the_stop_and_the_result(
        StopReason? stop,
        PipelineResult? result,
        RunOutcome? expected
    ) => Assert.That(RunVerdict.Decide(Lease, stop, result)?.Outcome, Is.EqualTo(expected));

    [Test]
    public void A_message_loses_what_the_API_does_not_take()
    {
        var result = FakeRunner.Failure(ErrorType.Timeout, "a\0b" + new string('c', 3_000));

        Assert.That(
            RunVerdict.Decide(Lease, null, result)!.ErrorMessage,
            Is.EqualTo("a\uFFFDb" + new string('c', 1_997))
        );
    }
}
