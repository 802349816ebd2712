using Scheduler.Api.Settings;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Overview;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;

namespace Scheduler.Api.Dashboard;

/// <summary>What is read over the whole system for pages that many look at.</summary>
internal sealed class Snapshots
{
    private const int MostAlerts = 100;
    private const int MostRows = 8;

    public Snapshots(
        StatusStore status,
        OverviewStore overview,
        OpenAlerts alerts,
        PipelineConfigStore configs,
        ScheduleStore schedules,
        OperationClock clock,
        ApiOptions options,
        ISqlEngine engine,
        TimeProvider time
    )
    {
        // Where each look is charged, one look serves for a minute.
        var fresh = TimeSpan.FromSeconds(engine.ReadsAreCharged ? 60 : 3);
        Overview = new Snapshot<OverviewSnapshot>(ReadOverviewAsync, fresh, fresh * 20, time);
        Forecast = new Snapshot<ForecastResponse>(
            ReadForecastAsync,
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(15),
            time
        );

        async Task<OverviewSnapshot> ReadOverviewAsync()
        {
            var snapshot = await status.GetAsync(CancellationToken.None);
            return new OverviewSnapshot
            {
                Status = snapshot,
                Alerts = await alerts.ReadAsync(
                    snapshot,
                    options.Alerts.LatenessObjective,
                    MostAlerts,
                    CancellationToken.None
                ),
                Hours = HourFigures.Day(await overview.HoursAsync(CancellationToken.None), snapshot.Now),
                Failures = await overview.EndedAsync(
                    new EndedFilter
                    {
                        OnlyFailed = true,
                        Since = snapshot.Now - NodaTime.Duration.FromDays(1),
                        Limit = MostRows,
                    },
                    CancellationToken.None
                ),
                Running = await overview.RunningAsync(null, MostRows, CancellationToken.None),
                Waiting = await overview.WaitingAsync(null, MostRows, CancellationToken.None),
                Failing = await configs.SearchAsync(
                    new PipelineFilter { State = PipelineState.Failing, Limit = MostRows },
                    clock.ForScript,
                    CancellationToken.None
                ),
            };
        }

        async Task<ForecastResponse> ReadForecastAsync()
        {
            var now = await clock.ReadAsync(CancellationToken.None);
            var groups = await schedules.ListSchedulesAsync(now, CancellationToken.None);
            return Core.Scheduling.Forecasts.Forecast.Of(groups, now, CancellationToken.None);
        }
    }

    public Snapshot<OverviewSnapshot> Overview { get; }

    public Snapshot<ForecastResponse> Forecast { get; }
}
