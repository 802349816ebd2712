using System.Globalization;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Storage.Model;

/// <summary>One random life of the system on virtual time. The same seed lives the same life.</summary>
internal sealed class History
{
    private static readonly string[] Plans = ["STARTER", "PROFESSIONAL", "SCALE", "ENTERPRISE"];
    private static readonly string[] Zones = ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"];
    private static readonly string[] Crons = ["0 * * * *", "*/20 * * * *", "15 3 * * *", "30 */2 * * *"];

    private readonly SqliteDatabase database;
    private readonly Random random;
    private readonly List<LeaseItem> held = [];
    private readonly HashSet<string> ended = [];
    private readonly List<string> customers = [];

    public History(SqliteDatabase database, int seed)
    {
        this.database = database;
        random = new Random(seed);
        H = new StoreHarness(database.Engine, ids: new SeededIds(seed));
    }

    public StoreHarness H { get; }

    /// <summary>What was done, for the reader of a failure.</summary>
    public List<string> Log { get; } = [];

    /// <summary>What the steps themselves saw go wrong.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>How often each kind of step did something; a campaign with a zero has not tried it.</summary>
    public Dictionary<string, int> Hits { get; } = [];

    public async Task BeginAsync()
    {
        for (var i = 0; i < random.Next(1, 5); i++)
        {
            var customer = $"customer{i}";
            customers.Add(customer);
            await H.OnboardAsync(customer, Pick(Plans), Pick(Zones));
            for (var j = 0; j < random.Next(1, 6); j++)
            {
                await ConfigureAsync(customer, $"p{j}");
            }
        }
    }

    public async Task StepAsync()
    {
        switch (random.Next(20))
        {
            case 0 or 1 or 2:
                Note("advance", 1, Advance());
                break;
            case 3 or 4 or 5:
                await TriggerAsync();
                break;
            case 6 or 7 or 8:
                await LeaseAsync();
                break;
            case 9 or 10 or 11:
                await ReportAsync();
                break;
            case 12:
                await HeartbeatAsync();
                break;
            case 13 or 14:
                Note("reap", await H.Reaper.ReapAsync(default));
                break;
            case 15:
                await H.Reaper.ReleaseAsync(default);
                Note("skip overdue", await H.Reaper.SkipOverdueAsync(default));
                break;
            case 16:
                await CancelAsync();
                break;
            case 17:
                await StandAsync();
                break;
            case 18:
                await PauseAsync();
                break;
            default:
                await EditAsync();
                break;
        }
    }

    /// <summary>Every trouble ends; then everything that is queued must get through. Returns what is left.</summary>
    public async Task<long> QuietenAsync()
    {
        await database.ExecuteAsync(
            "update customer_profiles set status = 'ACTIVE'; update customer_pipeline_configs set paused_until = null;"
        );
        for (var round = 0; round < 8; round++)
        {
            await H.Reaper.ReapAsync(default);
            await H.Reaper.ReleaseAsync(default);
            await H.Reaper.SkipOverdueAsync(default);
            while (await H.LeaseAsync(100) is { Count: > 0 } items)
            {
                await H.ReportAsync(items, RunOutcome.Completed);
            }
            H.Advance(Duration.FromHours(1));
        }
        var left = await database.QueryAsync(
            "select count(*) as n from pipeline_execution_queue where state in ('QUEUED', 'PROCESSING')"
        );
        return (long)left[0]["n"]!;
    }

    private string Advance()
    {
        var by = random.Next(6) switch
        {
            0 => Duration.FromSeconds(random.Next(1, 31)),
            1 or 2 => Duration.FromMinutes(random.Next(1, 30)),
            3 or 4 => Duration.FromMinutes(random.Next(30, 180)),
            _ => Duration.FromHours(random.Next(3, 30)),
        };
        H.Advance(by);
        return by.ToString();
    }

    private async Task TriggerAsync()
    {
        var before = await NextTimesAsync();
        var response = await H.TriggerAsync(random.Next(1, 8));
        Note("trigger", (int)response.QueuedCount, $"{response.QueuedCount} queued, {response.SkippedCount} skipped");
        foreach (var (reason, count) in response.Details.SkippedByReason)
        {
            Note(reason, (int)count);
        }
        foreach (var (config, next) in await NextTimesAsync())
        {
            if (next < before.GetValueOrDefault(config))
            {
                Broken.Add($"next_run_time of {config} went back");
            }
        }
        var late = await database.QueryAsync(
            $"""
            select config_id from customer_pipeline_configs c join customer_profiles p using (customer_id)
            where c.is_active = 1 and p.status = 'ACTIVE' and c.next_run_time <= {Micros(H.Now)}
            """
        );
        Broken.AddRange(late.Select(row => $"{row["config_id"]} is still due after the trigger"));
    }

    private async Task LeaseAsync()
    {
        var before = await ClaimableAsync();
        var items = await H.LeaseAsync(random.Next(1, 7), $"worker-{random.Next(3)}");
        Note("lease", items.Count, string.Join(' ', items.Select(item => $"{item.RunId}/{item.LeaseEpoch}")));
        held.AddRange(items);
        foreach (var customer in customers)
        {
            var taken = items.Where(item => item.CustomerId == customer).Select(item => item.QueueId).ToHashSet();
            var mine = before.Where(item => item.Customer == customer).ToList();
            var worst = mine.Where(item => taken.Contains(item.Id)).Select(item => item.Aged).DefaultIfEmpty(99).Min();
            if (mine.Any(item => !taken.Contains(item.Id) && item.Aged > worst))
            {
                Broken.Add($"{customer}: a lower priority was claimed before a higher one");
            }
        }
    }

    private async Task ReportAsync()
    {
        if (held.Count == 0)
        {
            return;
        }
        var item = held[random.Next(held.Count)];
        var outcome = Pick(Enum.GetValues<RunOutcome>());
        var error = outcome == RunOutcome.Failed ? Pick(Enum.GetValues<ErrorType>()) : (ErrorType?)null;
        var receipt = await H.ReportAsync(item, outcome, error);
        Note($"{outcome} {receipt.Status}", 1, $"{item.RunId}/{item.LeaseEpoch} {error} -> {receipt.State}");
        if (receipt.Status == ResultStatus.Stale)
        {
            return;
        }
        if (!ended.Add(item.LeaseToken + item.QueueId))
        {
            Broken.Add($"{item.RunId} took two results under {item.LeaseToken}");
        }
        if (receipt.RetryAt - H.Now is { } delay)
        {
            var most = Duration.FromSeconds(60 << item.RetryAttempt);
            Note("retry", 1);
            if (delay < most / 2 || delay > most)
            {
                Broken.Add($"{item.RunId} retries after {delay}");
            }
        }
    }

    private async Task HeartbeatAsync()
    {
        if (held.Count > 0)
        {
            var item = held[random.Next(held.Count)];
            var result = await H.HeartbeatAsync(item);
            Note($"heartbeat {result.Status}", 1, item.RunId);
            if (result.Status != HeartbeatStatus.Lost && ended.Contains(item.LeaseToken + item.QueueId))
            {
                Broken.Add($"{item.RunId} was renewed after its end");
            }
        }
    }

    private async Task CancelAsync()
    {
        var runs = await H.RunsAsync(Pick(customers));
        if (runs.Count > 0)
        {
            var run = runs[random.Next(runs.Count)];
            var skipped = await H.Queue.SkipWaitingAsync([new(run.RunId, SkipReason.Cancelled)], "key", H.Now, default);
            var asked = await H.Queue.RequestCancelAsync([run.RunId], H.Now, default);
            Note("cancel waiting", skipped.Count, run.RunId);
            Note("cancel running", asked.Count, run.RunId);
        }
    }

    private async Task StandAsync()
    {
        var customer = Pick(customers);
        var status = random.Next(3) == 0 ? "SUSPENDED" : "ACTIVE";
        await database.ExecuteAsync(
            $"update customer_profiles set status = '{status}' where customer_id = '{customer}'"
        );
        await H.Queue.WakeCustomersAsync(customer, H.Now, default);
        Note(status, 1, customer);
    }

    private async Task PauseAsync()
    {
        var until = random.Next(3) switch
        {
            0 => "null",
            1 => Micros(H.Now + Duration.FromMinutes(random.Next(1, 300))),
            _ => Micros(Microseconds.Never),
        };
        var (customer, name) = (Pick(customers), $"p{random.Next(5)}");
        await database.ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {until} where customer_id = '{customer}' and pipeline_name = '{name}'"
        );
        Note("pause", 1, $"{customer} {name} {until}");
    }

    private async Task EditAsync()
    {
        var customer = Pick(customers);
        var config = await ConfigureAsync(customer, $"p{random.Next(6)}");
        Note("configure", 1, $"{customer} {config.PipelineName} {config.ScheduleCron}");
        if (random.Next(4) == 0)
        {
            await H.Configs.DeactivateAsync(customer, config.ConfigId, H.Stamp(), H.Now, default);
            var waiting = await H.Queue.ListWaitingOfConfigAsync(config.ConfigId, 1000, default);
            Note("deactivate", (await H.Queue.SkipWaitingAsync(waiting, "key", H.Now, default)).Count);
        }
    }

    /// <summary>Policies follow from the name, so that they stay what they were at the first configuration.</summary>
    private Task<PipelineConfig> ConfigureAsync(string customer, string name)
    {
        var kind = (name[1] - '0') + (customer[^1] - '0');
        var cron = Pick(Crons);
        return H.ConfigureAsync(
            customer,
            name,
            config =>
                config with
                {
                    ScheduleCron = cron,
                    OverlapPolicy = Enum.GetValues<OverlapPolicy>()[kind % 4],
                    MisfirePolicy = Enum.GetValues<MisfirePolicy>()[kind % 3],
                    Priority = 1 + random.Next(10),
                    SpreadSeconds = random.Next(3) * 60,
                }
        );
    }

    private async Task<Dictionary<string, long>> NextTimesAsync() =>
        (
            await database.QueryAsync(
                "select config_id, coalesce(next_run_time, 0) as at from customer_pipeline_configs"
            )
        ).ToDictionary(row => (string)row["config_id"]!, row => (long)row["at"]!);

    private async Task<List<(string Id, string Customer, long Aged)>> ClaimableAsync() =>
        [
            .. (
                await database.QueryAsync(
                    $"""
                    select q.queue_id, q.customer_id,
                      q.priority + min(10, ({Micros(H.Now)} - q.visible_at) / 600000000) as aged
                    from pipeline_execution_queue q join customer_pipeline_configs c on c.config_id = q.config_id
                    where q.state = 'QUEUED' and q.visible_at <= {Micros(H.Now)}
                      and coalesce(c.paused_until, 0) <= {Micros(H.Now)}
                    """
                )
            ).Select(row => ((string)row["queue_id"]!, (string)row["customer_id"]!, (long)row["aged"]!)),
        ];

    private T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private void Note(string what, int count, string? detail = null)
    {
        Hits[what] = Hits.GetValueOrDefault(what) + count;
        Log.Add($"{H.Now} {what} {count} {detail}");
    }

    private static string Micros(Instant instant) => instant.Micros().ToString(CultureInfo.InvariantCulture);
}
