using Scheduler.Core.Contracts;
using Scheduler.Core.Runs;
using Scheduler.Core.Telemetry;

namespace Scheduler.Api.Endpoints;

/// <summary>Runs and their history in the words of the API.</summary>
internal static class RunView
{
    public static RunResponse Of(Run run) =>
        new()
        {
            RunId = run.RunId,
            ConfigId = run.ConfigId,
            CustomerId = run.CustomerId,
            PipelineTemplate = run.PipelineTemplate,
            State = run.State,
            Reason = run.Reason,
            TriggeredBy = run.TriggeredBy,
            Lane = run.Lane,
            ScheduledTime = run.ScheduledTime,
            DataIntervalStart = run.DataIntervalStart,
            DataIntervalEnd = run.DataIntervalEnd,
            ActualStartTime = run.ActualStartTime,
            ActualEndTime = run.ActualEndTime,
            ExecutionDurationSeconds = run.ExecutionDurationSeconds,
            RetryAttempt = run.RetryAttempt,
            ParentRunId = run.ParentRunId,
            Priority = run.Priority,
            PipelineLoggingId = run.PipelineLoggingId,
            TraceId = RunTrace.IdOf(run.ConfigId, run.Lane, run.ScheduledTime).ToHexString(),
            ErrorType = run.ErrorType,
            ErrorMessage = run.ErrorMessage,
            CreatedAt = run.CreatedAt,
            UpdatedAt = run.UpdatedAt,
        };

    public static RunAttemptResponse AttemptOf(Run run) =>
        new()
        {
            RunId = run.RunId,
            RetryAttempt = run.RetryAttempt,
            State = run.State,
            ActualStartTime = run.ActualStartTime,
            ActualEndTime = run.ActualEndTime,
            ErrorType = run.ErrorType,
            ErrorMessage = run.ErrorMessage,
        };

    public static RunTransitionResponse Of(RunTransition transition) =>
        new()
        {
            From = transition.From,
            To = transition.To,
            At = transition.At,
            By = transition.Actor,
            // Epochs begin with 1: 0 stands for a move outside a lease.
            LeaseEpoch = transition.LeaseEpoch > 0 ? transition.LeaseEpoch : null,
            Note = transition.Note,
        };
}
