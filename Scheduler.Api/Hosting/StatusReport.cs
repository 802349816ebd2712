using NodaTime;
using Scheduler.Api.Settings;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>
/// Says in the log how the system stands: a log service makes metrics and alerts of the line, where nobody scrapes this process.
/// </summary>
internal sealed class StatusReport(StatusStore status, ApiOptions options, ILogger logger)
{
    private const int MostAlerts = 1_000;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var snapshot = await status.GetAsync(cancellationToken);
        var stored = await status.FiringAlertsAsync(MostAlerts, cancellationToken);
        var rules = stored
            .Concat(AlertRules.Evaluate(snapshot, Duration.FromSeconds(options.LatenessObjectiveSeconds)))
            .Select(alert => alert.Rule);
        LogMessages.Status(logger, StatusLine.Of(snapshot, DesiredWorkers.Of(snapshot, options.Workers), rules));
    }
}
