using System.Globalization;
using System.Text;
using NodaTime;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Tests.Runs;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Queue;

/// <summary>
/// A store and what is done to it, one move at a time; two of them over different stores that make the same moves look alike. After each
/// move <see cref="Seen"/> is all that can be seen of it. Throws where a run makes a move that is not documented.
/// </summary>
internal sealed class StoreLife
{
    private static readonly string[] Customers = ["acme", "bolt", "core"];
    private static readonly string[] Zones =
    [
        "UTC",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];
    private static readonly string[] Crons = ["0 * * * *", "*/20 * * * *", "30 2 * * *", "15 */3 * * MON-FRI"];

    private readonly ITestDatabase database;
    private readonly StatusStore status;
    private readonly AlertStore alerts;
    private readonly List<LeaseItem> held = [];
    private readonly Dictionary<string, string> ends = [];

    private StoreLife(ITestDatabase database, int seed)
    {
        this.database = database;
        H = new StoreHarness(database.Engine, ids: new SeededIds(seed));
        status = new StatusStore(database.Engine, H.Clock);
        alerts = new AlertStore(database.Engine, H.Clock);
    }

    public StoreHarness H { get; }

    /// <summary>What the last move answered, and how everything stands since.</summary>
    public string Seen { get; private set; } = "";

    /// <summary>Three customers: one with any limit, one with a cap of one and six runs a day, one with a cap of three.</summary>
    public static async Task<StoreLife> BeginAsync(ITestDatabase database, int seed)
    {
        var life = new StoreLife(database, seed);
        life.H.Advance(Duration.FromMinutes(seed));
        await life.H.OnboardAsync("acme", "ENTERPRISE");
        await life.H.OnboardAsync("bolt", "STARTER", "America/New_York");
        await life.H.OnboardAsync("core", "PROFESSIONAL", "Pacific/Apia");
        foreach (var (customer, place) in Customers.Select((customer, place) => (customer, place)))
        {
            await life.ConfigureAsync(customer, "p0", place, 0, 0);
            await life.ConfigureAsync(customer, "p1", place + 1, place, 1);
        }
        await life.LookAsync("begun");
        return life;
    }

    public Task AdvanceAsync(int seconds)
    {
        H.Advance(Duration.FromSeconds(seconds));
        return LookAsync(H.Now.ToString());
    }

    public async Task TriggerAsync(int batch)
    {
        var response = await H.TriggerAsync(batch);
        await LookAsync($"{response.QueuedCount} {response.SkippedCount}");
    }

    public async Task LeaseAsync(int count, int worker)
    {
        var items = await H.LeaseAsync(count, $"worker-{worker}");
        held.AddRange(items);
        await LookAsync(
            string.Join('\n', items.Select(item => $"{item.RunId} {item.LeaseToken} {item.LeaseExpiresAt}"))
        );
    }

    /// <summary>By the holder of a lease, or by a former one.</summary>
    public async Task ReportAsync(int nth, RunOutcome outcome, ErrorType error)
    {
        if (held.Count == 0)
        {
            return;
        }
        var receipt = await H.ReportAsync(
            held[^(1 + nth % held.Count)],
            outcome,
            outcome == RunOutcome.Failed ? error : null
        );
        await LookAsync($"{receipt.Status} {receipt.State} {receipt.RetryAt}");
    }

    public async Task HeartbeatAsync(int nth)
    {
        if (held.Count == 0)
        {
            return;
        }
        var beat = await H.HeartbeatAsync(held[^(1 + nth % held.Count)]);
        await LookAsync($"{beat.Status} {beat.LeaseExpiresAt}");
    }

    public async Task ReapAsync() => await LookAsync($"{await H.Reaper.ReapAsync(default)}");

    public async Task SweepAsync()
    {
        await H.Reaper.ReleaseAsync(default);
        await LookAsync(
            $"{await H.Reaper.SkipOverdueAsync(default)} {await new QuotaAlerts(status, H.Clock).ResolveAsync(default)}"
        );
    }

    /// <summary>A waiting run ends, a running one is asked to.</summary>
    public async Task CancelAsync(int customer, int nth)
    {
        var runs = await H.RunsAsync(Customers[customer]);
        if (runs.Count == 0)
        {
            return;
        }
        var run = runs[^(1 + nth % runs.Count)];
        var skipped = await H.Queue.SkipWaitingAsync([new(run.RunId, SkipReason.Cancelled)], "key", H.Now, default);
        var asked = await H.Queue.RequestCancelAsync([run.RunId], H.Now, default);
        await LookAsync($"{skipped.Count} {asked.Count}");
    }

    public async Task ConfigureAsync(int customer, int name, int cron, int policy, int priority)
    {
        await ConfigureAsync(Customers[customer], $"p{name}", cron, policy, priority);
        await LookAsync("configured");
    }

    /// <summary>For so many minutes, or not any more.</summary>
    public async Task PauseAsync(int name, int minutes)
    {
        var until =
            minutes == 0
                ? "null"
                : (H.Now + Duration.FromMinutes(minutes)).Micros().ToString(CultureInfo.InvariantCulture);
        await database.ExecuteAsync(
            $"update customer_pipeline_configs set paused_until = {until} where pipeline_name = 'p{name}'"
        );
        await LookAsync("paused");
    }

    public async Task StandAsync(int customer, CustomerStatus wanted)
    {
        var result = await H.Profiles.UpdateAsync(
            Customers[customer],
            new() { Status = wanted },
            StoreHarness.Actor,
            default
        );
        await LookAsync(result.GetType().Name);
    }

    public async Task MoveAsync(int customer, int zone)
    {
        var result = await H.Profiles.UpdateAsync(
            Customers[customer],
            new() { Timezone = Zones[zone] },
            StoreHarness.Actor,
            default
        );
        await LookAsync(result.GetType().Name);
    }

    public async Task LimitAsync(int customer, int day, int month, int cap)
    {
        var change = new UpdateSubscriptionRequest
        {
            MaxPipelinesPerDay = day,
            MaxPipelinesPerMonth = month,
            MaxConcurrentPipelines = cap,
        };
        var result = await H.Plans.ChangeAsync(Customers[customer], change, true, StoreHarness.Actor, default);
        await LookAsync(result.GetType().Name);
    }

    private Task<PipelineConfig> ConfigureAsync(string customer, string name, int cron, int policy, int priority) =>
        H.ConfigureAsync(
            customer,
            name,
            config =>
                config with
                {
                    ScheduleCron = Crons[cron % Crons.Length],
                    OverlapPolicy = (OverlapPolicy)(policy % Enum.GetValues<OverlapPolicy>().Length),
                    MisfirePolicy = (MisfirePolicy)(policy % Enum.GetValues<MisfirePolicy>().Length),
                    Priority = 1 + priority % 10,
                    RetryConfig = StoreHarness.Json("""{"max_retries": 2, "base_seconds": 30, "jitter": false}"""),
                }
        );

    private async Task LookAsync(string answer)
    {
        var seen = new StringBuilder(answer);
        foreach (var customer in Customers)
        {
            foreach (var run in await H.RunsAsync(customer))
            {
                seen.Append(
                    CultureInfo.InvariantCulture,
                    $"\n{run.RunId} {run.ScheduledTime} {run.State} {run.Reason} {run.RetryAttempt} {run.ErrorType} {run.VisibleAt}"
                );
                await CheckAsync(run);
            }
            foreach (
                var day in await H.Customers.UsageAsync(
                    customer,
                    new LocalDate(2000, 1, 1),
                    new LocalDate(9999, 12, 31),
                    default
                )
            )
            {
                seen.Append('\n').Append(day);
            }
        }
        // The stores number them in their own ways.
        var open = (await alerts.ListOpenAsync(1000, default)).Select(alert => $"{alert with { AlertId = null }}");
        seen.Append('\n').AppendJoin('\n', open.Order(StringComparer.Ordinal));
        Seen = seen.ToString();
    }

    /// <summary>Whose life is over is looked at once more only to see that nothing has changed.</summary>
    private async Task CheckAsync(Run run)
    {
        var now = $"{run}";
        if (ends.TryGetValue(run.RunId, out var end))
        {
            // Its item leaves the queue after a while; all else stands.
            if (end != now && run.QueueId is not null)
            {
                throw new InvalidOperationException($"{run.RunId} had ended and has changed:\n{end}\n{now}");
            }
            return;
        }
        if (LifecycleTable.Wrong(await H.Runs.TransitionsAsync(run.RunId, default), run.State) is { } wrong)
        {
            throw new InvalidOperationException($"{run.RunId}: {wrong}.");
        }
        if (run.State is RunState.Completed or RunState.Failed or RunState.Skipped)
        {
            ends.Add(run.RunId, now);
        }
    }
}
