using Scheduler.Api.Settings;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>
/// Says in the log how the system stands: a log service makes metrics and alerts of the line, where nobody scrapes this process.
/// </summary>
internal sealed class StatusReport(StatusStore status, AlertStore alerts, ApiOptions options, ILogger logger)
{
    private const int MostAlerts = 1_000;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var snapshot = await status.GetAsync(cancellationToken);
        var stored = await alerts.ListOpenAsync(MostAlerts, cancellationToken);
        var rules = stored
            .Select(alert => alert.Rule)
            .Concat(
                AlertRules
                    .Judge(snapshot, longRuns: [], options.Alerts.LatenessObjective)
                    .Where(judgement => judgement.Fires)
                    .Select(judgement => judgement.Rule)
            )
            .Concat(AlertRules.HasLongRun(snapshot) ? [AlertRules.RunTooLong] : []);
        LogMessages.Status(logger, StatusLine.Of(snapshot, DesiredWorkers.Of(snapshot, options.Workers), rules));
    }
}
