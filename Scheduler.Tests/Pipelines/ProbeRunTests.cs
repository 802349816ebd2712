using NodaTime;
using NUnit.Framework;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines;
using Scheduler.Core.Retry;

namespace Scheduler.Tests.Pipelines;

public sealed class ProbeRunTests : IDisposable
{
    private readonly PipelineBench bench = new();

    public void Dispose() => bench.Dispose();

    private static LeaseItem Probe(string parameters, int attempt = 0) =>
        PipelineBench.Item("SYSTEM", "TEST", "probe", parameters) with
        {
            RetryAttempt = attempt,
        };

    [Test]
    public async Task It_takes_exactly_its_duration_and_touches_no_dataset()
    {
        var run = bench.RunAsync(Probe("""{"duration_ms":600000}"""));
        bench.Time.Advance(TimeSpan.FromMilliseconds(599_999));
        Assert.That(run.IsCompleted, Is.False);

        bench.Time.Advance(TimeSpan.FromMilliseconds(1));

        PipelineBench.Completed(await run);
        Assert.That((await run).Metrics.DurationMs, Is.EqualTo(600_000));
        Assert.That(File.Exists(bench.Files.PathOf(PipelineBench.Dataset)), Is.False);
    }

    [Test]
    public async Task It_fails_with_every_error_type_asked_for([Values] ErrorType type)
    {
        var parameters = $$"""{"fail_with":"{{Wire.Name(type)}}","retry_after_seconds":7,"message":"as asked"}""";

        var failed = PipelineBench.Failed(await bench.RunAsync(Probe(parameters, attempt: 12)));

        Assert.That(
            (failed.ErrorType, failed.Message, failed.RetryAfter),
            Is.EqualTo((type, "as asked", (Duration?)Duration.FromSeconds(7)))
        );
    }

    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    public async Task It_fails_only_the_first_attempts_when_told_how_many(int attempt, bool fails)
    {
        var result = await bench.RunAsync(Probe("""{"fail_with":"TIMEOUT","fail_attempts":2}""", attempt));

        Assert.That(result is PipelineResult.Failed, Is.EqualTo(fails));
    }

    [Test]
    public void It_stops_at_once_when_cancelled()
    {
        using var lease = new CancellationTokenSource();
        var run = bench.RunAsync(Probe("""{"duration_ms":600000}"""), lease.Token);

        lease.Cancel();

        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("""{"duration_ms":600001}""", "duration_ms must be a whole number from 0 to 600000")]
    [TestCase("""{"duration_ms":-1}""", "duration_ms")]
    [TestCase("""{"duration_ms":"5"}""", "duration_ms")]
    [TestCase("""{"fail_with":"BROKEN"}""", "fail_with must be one of RATE_LIMIT_EXCEEDED")]
    [TestCase("""{"sleep":1}""", "sleep is not a parameter of probe")]
    [TestCase("[]", "must be an object")]
    public async Task Wrong_parameters_are_an_invalid_configuration(string parameters, string message)
    {
        var failed = PipelineBench.Failed(await bench.RunAsync(Probe(parameters)));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
        Assert.That(failed.Message, Does.Contain(message));
    }

    [Test]
    public async Task It_is_refused_where_probes_are_off()
    {
        bench.AllowProbe = false;

        var failed = PipelineBench.Failed(await bench.RunAsync(Probe("{}")));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
        Assert.That(failed.Message, Does.Contain("Scheduler__AllowProbe"));
    }

    [Test]
    public async Task An_unknown_template_is_an_invalid_configuration()
    {
        var failed = PipelineBench.Failed(await bench.RunAsync(PipelineBench.Item("SYSTEM", "TEST", "../probe", "{}")));

        Assert.That(failed.ErrorType, Is.EqualTo(ErrorType.InvalidConfiguration));
    }
}
