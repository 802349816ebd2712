using NodaTime;
using Scheduler.Core.Storage;

namespace Scheduler.Tests.Campaigns.Judging;

/// <summary>
/// I12, looked at while a campaign goes on: once a pipeline has fired, its next time is later than what has fired, and only grows. Before
/// that the campaign sets it.
/// </summary>
internal sealed class NextTimes(Database database, Action<string, string> broken)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private readonly Dictionary<string, Instant> latest = new(StringComparer.Ordinal);

    /// <summary>How often a pipeline that had fired was looked at.</summary>
    public int Looks { get; private set; }

    /// <summary>Looks again and again until it is told to stop.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await LookAsync();
            await Task.Delay(Pause, TimeProvider.System, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task LookAsync()
    {
        var rows = await database.QueryAsync(
            """
            select c.config_id, c.next_run_time, r.last_time
            from customer_pipeline_configs c
            join (
              select config_id, max(scheduled_time) as last_time from scheduled_pipeline_runs
              where lane = 'schedule' group by config_id
            ) r on r.config_id = c.config_id
            where c.next_run_time is not null
            """,
            row => (Id: (string)row["config_id"]!, Next: At(row["next_run_time"]!), Last: At(row["last_time"]!))
        );
        Looks += rows.Count;
        foreach (var (id, next, last) in rows)
        {
            if (next <= last)
            {
                broken("I12", $"{id} has fired for {last}, and its next time is {next}.");
            }
            if (latest.TryGetValue(id, out var before) && next < before)
            {
                broken("I12", $"{id} went from {before} back to {next}.");
            }
            latest[id] = next;
        }

        static Instant At(object micros) => Microseconds.FromMicroseconds((long)micros);
    }
}
