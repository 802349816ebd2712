using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Status;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Hosting;

/// <summary>
/// After each look of the alert watch says in the log how the system stood: a log service makes metrics and alerts of the line, where nobody
/// scrapes this process.
/// </summary>
internal sealed class StatusReport(AlertWatch watch, AlertStore alerts, ApiOptions options, ILogger logger)
{
    private const int MostAlerts = 1_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var snapshot = await watch.RunAsync(cancellationToken);
        var open = await alerts.ListOpenAsync(MostAlerts, cancellationToken);
        LogMessages.Status(
            logger,
            StatusLine.Of(snapshot, DesiredWorkers.Of(snapshot, options.Workers), open.Select(alert => alert.Rule))
        );
    }
}
