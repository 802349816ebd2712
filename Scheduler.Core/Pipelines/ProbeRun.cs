using Microsoft.Extensions.Options;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;
using Scheduler.Core.Telemetry;

namespace Scheduler.Core.Pipelines;

/// <summary>The step probe: waits, then succeeds or fails as its parameters say. Touches no dataset.</summary>
public sealed class ProbeRun(IOptions<PipelineOptions> options, TimeProvider timeProvider)
{
    /// <exception cref="PipelineException">The failure asked for, or INVALID_CONFIGURATION where probes are off.</exception>
    public async Task RunAsync(Execution execution, TemplateStep.Probe step, CancellationToken cancellationToken)
    {
        if (!options.Value.AllowProbe)
        {
            throw new PipelineException(
                ErrorType.InvalidConfiguration,
                "Probes are off here: the operator has not set Scheduler__AllowProbe."
            );
        }
        using var span = RunSpans.Step("probe");
        var parameters = execution.Parameters;
        var duration = TimeSpan.FromMilliseconds(parameters.Integer(step.DurationMs) ?? 0);
        await Task.Delay(duration, timeProvider, cancellationToken);
        if (parameters.Text(step.FailWith) is not { } word)
        {
            return;
        }
        var attempts = parameters.Integer(step.FailAttempts) ?? long.MaxValue;
        if (execution.Item.RetryAttempt < attempts)
        {
            throw new PipelineException(
                Wire.Parse<ErrorType>(word),
                parameters.Text(step.Message) ?? $"The probe was asked to fail with {word}.",
                parameters.Integer(step.RetryAfterSeconds) is { } wait ? Duration.FromSeconds(wait) : null
            );
        }
    }
}
