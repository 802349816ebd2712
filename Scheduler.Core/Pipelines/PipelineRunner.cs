using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Scheduler.Core.Contracts;
using Scheduler.Core.Datasets;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Pipelines.Templates;
using Scheduler.Core.Retry;

namespace Scheduler.Core.Pipelines;

/// <summary>Runs templates: finds and checks, runs the steps under the template's timeout, classifies what went wrong.</summary>
public sealed partial class PipelineRunner(
    TemplateCatalog catalog,
    CostRun costRun,
    ProbeRun probeRun,
    IDatasetWriter datasets,
    IFailpoints failpoints,
    TimeProvider timeProvider,
    IOptions<PipelineOptions> options,
    ILogger<PipelineRunner> logger
) : IPipelineRunner
{
    private const int LongestMessage = 2000;
    private static readonly TimeSpan RecordWithin = TimeSpan.FromSeconds(15);

    public async Task<PipelineResult> RunAsync(LeaseItem item, CancellationToken cancellationToken)
    {
        var execution = new Execution(item, timeProvider, options.Value.WorkerName);
        try
        {
            await failpoints.ReachedAsync(Failpoint.RunStarted, cancellationToken);
            await RunTemplateAsync(execution, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return await FailAsync(execution, exception, cancellationToken);
        }
        // Whatever came out of a step that was cut short (a driver has its own exceptions), it is the cancellation.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new OperationCanceledException("The run was cancelled.", exception, cancellationToken);
        }
        await failpoints.ReachedAsync(Failpoint.RunBeforeResult, cancellationToken);
        return new PipelineResult.Completed { Metrics = execution.Metrics };
    }

    private async Task RunTemplateAsync(Execution execution, CancellationToken cancellationToken)
    {
        var item = execution.Item;
        var template =
            catalog.Find(item.Provider, item.Domain, item.PipelineTemplate)
            ?? throw Invalid($"There is no template {item.Provider}/{item.Domain}/{item.PipelineTemplate} here.");
        execution.Template = template;
        var errors = ParameterCheck.Resolve(template, item.Parameters, out var parameters);
        if (errors.Count > 0)
        {
            throw Invalid(string.Join("; ", errors.Select(error => $"Parameter {error.Field} {error.Message}")));
        }
        execution.Parameters = parameters;
        using var timeout = new CancellationTokenSource(template.RunTimeout.ToTimeSpan(), timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await (
                template.Steps is [TemplateStep.Probe probe]
                    ? probeRun.RunAsync(execution, probe, either.Token)
                    : costRun.RunAsync(execution, either.Token)
            );
        }
        catch (Exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PipelineException(
                ErrorType.Timeout,
                $"The run took longer than {template.RunTimeout.TotalSeconds:0} s."
            );
        }
    }

    private async Task<PipelineResult> FailAsync(
        Execution execution,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        var error = ErrorClassifier.Classify(exception);
        var message = error.Message.Length <= LongestMessage ? error.Message : error.Message[..LongestMessage];
        error = error with { Message = message };
        if (error.ErrorType == ErrorType.Unknown)
        {
            LogUnknown(execution.Item.RunId, exception);
        }
        else
        {
            LogFailed(execution.Item.RunId, error.ErrorType, error.Message);
        }
        // A dataset that was in use for the whole wait would only be waited for again.
        if (exception is not DatasetUnavailableException)
        {
            await RecordFailureAsync(execution, error, cancellationToken);
        }
        await failpoints.ReachedAsync(Failpoint.RunBeforeResult, cancellationToken);
        return new PipelineResult.Failed
        {
            ErrorType = error.ErrorType,
            Message = error.Message,
            RetryAfter = error.RetryAfter,
            Metrics = execution.Metrics,
        };
    }

    /// <summary>Best effort: a dataset that cannot be written must not hide why the run failed.</summary>
    private async Task RecordFailureAsync(
        Execution execution,
        ClassifiedError error,
        CancellationToken cancellationToken
    )
    {
        var isProbe = execution.Template?.Steps is [TemplateStep.Probe];
        if (isProbe || !DatasetId.TryCreate(execution.Item.TenantDatasetId, out var dataset, out _))
        {
            return;
        }
        try
        {
            using var patience = new CancellationTokenSource(RecordWithin, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await datasets.RecordAsync(dataset, execution.Failed(error), either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnrecorded(execution.Item.RunId, exception);
        }
    }

    private static PipelineException Invalid(string message) => new(ErrorType.InvalidConfiguration, message);

    // Whoever leased the run reports its outcome and logs it; once is enough.
    [LoggerMessage(EventId = 4001, Level = LogLevel.Debug, Message = "Run {RunId} failed with {ErrorType}: {Reason}")]
    private partial void LogFailed(string runId, ErrorType errorType, string reason);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "Run {RunId} failed unexpectedly")]
    private partial void LogUnknown(string runId, Exception exception);

    [LoggerMessage(
        EventId = 4003,
        Level = LogLevel.Warning,
        Message = "The failure of run {RunId} is not in the dataset's run log"
    )]
    private partial void LogUnrecorded(string runId, Exception exception);
}
