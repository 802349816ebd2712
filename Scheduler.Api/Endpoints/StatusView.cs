using Scheduler.Core.Contracts;
using Scheduler.Core.Status;

namespace Scheduler.Api.Endpoints;

/// <summary>The system's state in the words of the API.</summary>
internal static class StatusView
{
    public static StatusResponse Of(StatusSnapshot snapshot, int desiredWorkers, IReadOnlyList<AlertResponse> alerts) =>
        new()
        {
            TotalActivePipelines = snapshot.TotalActivePipelines,
            PipelinesDueNow = snapshot.PipelinesDueNow,
            PipelinesQueued = snapshot.PipelinesQueued,
            PipelinesRunning = snapshot.PipelinesRunning,
            PipelinesCompletedToday = snapshot.PipelinesCompletedToday,
            PipelinesFailedToday = snapshot.PipelinesFailedToday,
            QueueLength = snapshot.QueueLength,
            OldestQueuedSeconds = snapshot.OldestQueuedSeconds ?? 0,
            AvgExecutionTimeSeconds = snapshot.AvgExecutionTimeSeconds,
            LatenessP50Seconds = snapshot.LatenessP50Seconds,
            LatenessP95Seconds = snapshot.LatenessP95Seconds,
            LatenessP99Seconds = snapshot.LatenessP99Seconds,
            DesiredWorkers = desiredWorkers,
            Alerts = alerts,
        };
}
