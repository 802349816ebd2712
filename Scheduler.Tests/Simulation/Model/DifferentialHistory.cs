using NodaTime;
using Scheduler.Core.Alerts;
using Scheduler.Core.Contracts;
using Scheduler.Core.Queue;
using Scheduler.Core.Retry;
using Scheduler.Core.Runs;
using Scheduler.Core.Scheduling;
using Scheduler.Core.Storage;
using Scheduler.Core.Usage;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Simulation.Model;

/// <summary>
/// One random life of the stores on virtual time, for comparing every operation of it. The same seed lives the same life. Moves are drawn
/// without a look at what would make sense, so that late, repeated and misplaced ones come too.
/// </summary>
internal sealed class DifferentialHistory
{
    private static readonly string[] Plans = ["STARTER", "PROFESSIONAL", "SCALE", "ENTERPRISE"];
    private static readonly string[] Zones =
    [
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Asia/Kolkata",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Australia/Lord_Howe",
    ];
    private static readonly string[] Crons =
    [
        "0 * * * *",
        "*/20 * * * *",
        "*/10 8-18 * * *",
        "30 2 * * *",
        "15 */3 * * MON-FRI",
        "0 0 1 * *",
        "59 23 * * *",
    ];
    private static readonly string?[] RetryConfigs =
    [
        null,
        null,
        """{"max_retries":0}""",
        """{"max_retries":1,"base_seconds":10,"jitter":false}""",
        """{"max_retries":0,"disable_after_failures":2}""",
        """{"max_retries":2,"base_seconds":30,"disable_after_failures":1}""",
        """{"max_retries":"x"}""",
    ];

    private readonly Random random;
    private readonly StatusStore status;
    private readonly AlertStore alerts;
    private readonly DutyStore duties;
    private readonly List<LeaseItem> leased = [];
    private readonly List<string> customers = [];
    private readonly (string Name, int Weight, Func<Task> Do)[] moves;

    public DifferentialHistory(ITestDatabase database, int seed)
    {
        random = new Random(seed);
        H = new StoreHarness(database.Engine, ids: new SeededIds(seed));
        status = new StatusStore(database.Engine, H.Clock);
        alerts = new AlertStore(database.Engine, H.Clock);
        duties = new DutyStore(database.Engine, H.Clock);
        moves =
        [
            ("advance", 14, AdvanceAsync),
            ("trigger", 14, TriggerAsync),
            ("stale plan", 2, PlanLateAsync),
            ("lease", 12, LeaseAsync),
            ("lease for several", 3, LeaseForSeveralAsync),
            ("report", 16, ReportAsync),
            ("late end", 5, EndLateAsync),
            ("heartbeat", 5, HeartbeatAsync),
            ("reap", 5, ReapAsync),
            ("release parked", 4, () => H.Reaper.ReleaseAsync(default)),
            ("skip overdue", 4, SkipOverdueAsync),
            ("purge", 1, PurgeAsync),
            ("resolve quotas", 2, ResolveAsync),
            ("cancel", 4, CancelAsync),
            ("stand", 4, StandAsync),
            ("move zone", 2, MoveZoneAsync),
            ("change plan", 3, ChangePlanAsync),
            ("pause", 3, PauseAsync),
            ("run now", 4, RunNowAsync),
            ("configure", 5, ConfigureAnyAsync),
            ("deactivate", 2, DeactivateAsync),
            ("onboard", 1, OnboardAsync),
            ("duty", 2, DutyAsync),
            ("look", 8, LookAsync),
        ];
    }

    public StoreHarness H { get; }

    /// <summary>What was done, for the reader of a difference.</summary>
    public List<string> Log { get; } = [];

    /// <summary>How often each kind of move did something; a campaign with a zero has not tried it.</summary>
    public SortedDictionary<string, int> Hits { get; } = new(StringComparer.Ordinal);

    public async Task LiveAsync(int steps)
    {
        // Somewhere in the year: the ends of months and the changes of clocks come near in some lives.
        H.Advance(Duration.FromMinutes(random.Next(0, 60 * 24 * 60)));
        for (var i = 0; i <= random.Next(1, 4); i++)
        {
            await OnboardAsync();
        }
        for (var step = 0; step < steps; step++)
        {
            await StepAsync();
            if (step % 20 == 19)
            {
                await LookAtEverythingAsync();
            }
        }
        await LookAtEverythingAsync();
    }

    private async Task StepAsync()
    {
        var drawn = random.Next(moves.Sum(move => move.Weight));
        var (name, _, act) = moves.First(move => (drawn -= move.Weight) < 0);
        Note(name);
        await act();
    }

    private Task AdvanceAsync()
    {
        var by = random.Next(20) switch
        {
            < 6 => Duration.FromSeconds(random.Next(1, 25)),
            < 12 => Duration.FromMinutes(random.Next(1, 30)),
            < 15 => Duration.FromMinutes(random.Next(30, 180)),
            < 17 => Duration.FromHours(random.Next(3, 30)),
            < 19 => Duration.FromMilliseconds(random.Next(1, 100_000_000)),
            _ => Duration.FromHours(random.Next(24, 240)),
        };
        H.Advance(by);
        Note("to", 1, H.Now.ToString());
        return Task.CompletedTask;
    }

    private async Task TriggerAsync()
    {
        var response = await H.TriggerAsync(random.Next(1, 9));
        Note("queued", response.QueuedCount);
        foreach (var (reason, count) in response.Details.SkippedByReason.OrderBy(it => it.Key, StringComparer.Ordinal))
        {
            Note(reason, count);
        }
        Note("set aside", response.Details.SetAside.Count);
    }

    /// <summary>Something happens between what the trigger reads and what it writes.</summary>
    private async Task PlanLateAsync()
    {
        var due = await H.Schedules.ListDueAsync(H.Now, null, random.Next(1, 9), default);
        var plannedAt = H.Now;
        var batch = new BatchPlanner(H.Ids, new TriggerOptions()).Plan(due, plannedAt, int.MaxValue);
        await StepAsync();
        var outcome = await H.Schedules.PlanBatchAsync(batch.Pipelines, batch.Runs, plannedAt, default);
        Note("lost plans", outcome.Lost);
        Note("won plans", outcome.Won);
    }

    private async Task LeaseAsync()
    {
        var items = await H.LeaseAsync(random.Next(1, 8), $"worker-{random.Next(3)}");
        leased.AddRange(items);
        Note("leased", items.Count, Names(items.Select(item => item.RunId)));
    }

    private async Task LeaseForSeveralAsync()
    {
        var claims = Enumerable
            .Range(0, random.Next(2, 5))
            .Select(nth => new ClaimRequest($"worker-{nth}", random.Next(1, 4), random.Next(17), H.Ids.NewNonce()))
            .ToList();
        foreach (var result in await H.Queue.TryClaimAsync(claims, H.Leases.Lease, default))
        {
            leased.AddRange(result.Items);
            Note("leased", result.Items.Count, Names(result.Items.Select(item => item.RunId)));
        }
    }

    private async Task ReportAsync()
    {
        if (leased.Count == 0)
        {
            return;
        }
        var items = Enumerable
            .Range(0, random.Next(1, 5))
            .Select(_ => PickLease())
            .DistinctBy(item => item.QueueId)
            .ToList();
        var results = items.ConvertAll(item =>
        {
            var outcome =
                random.Next(3) == 0
                    ? Pick(Enum.GetValues<RunOutcome>())
                    : Pick([RunOutcome.Completed, RunOutcome.Failed]);
            return new RunResult
            {
                QueueId = item.QueueId,
                LeaseToken = random.Next(20) == 0 ? "0.none" : item.LeaseToken,
                Outcome = outcome,
                ErrorType = outcome == RunOutcome.Failed ? Pick(Enum.GetValues<ErrorType>()) : null,
                ErrorMessage = outcome == RunOutcome.Completed ? null : "made to",
                RetryAfter = random.Next(8) == 0 ? random.Next(0, 5000) : null,
            };
        });
        var request = new ResultsRequest { WorkerId = "worker-1", Results = results };
        var receipts = (await H.Desk.ReportAsync(request, default)).Results;
        foreach (var (result, receipt) in results.Zip(receipts))
        {
            Note($"{result.Outcome} {receipt.Status}", 1, $"{result.QueueId} {result.ErrorType} -> {receipt.State}");
            Note("retry", receipt.RetryAt is null ? 0 : 1);
            if (random.Next(4) > 0)
            {
                leased.RemoveAll(item => item.QueueId == result.QueueId && item.LeaseToken == result.LeaseToken);
            }
        }
    }

    /// <summary>Leases change hands between what the reaper or the desk reads and what it writes.</summary>
    private async Task EndLateAsync()
    {
        if (leased.Count == 0)
        {
            return;
        }
        var questions = Enumerable
            .Range(0, 4)
            .Select(_ => PickLease())
            .DistinctBy(item => item.QueueId)
            .Select(item => new LeaseQuestion(item.QueueId, item.LeaseToken, MayRetry: true))
            .ToList();
        var readAt = H.Now;
        if (await H.Queue.LeaseFactsAsync(questions, default) is not { } held)
        {
            return;
        }
        var ends = held.Facts.Select(facts => EndOf(facts, readAt)).ToList();
        for (var step = random.Next(6); step > 0; step--)
        {
            await StepAsync();
        }
        // As of when it was read, or as of now: a lease that has been renewed since must hold against both.
        var now = random.Next(2) == 0 ? readAt : H.Now;
        var ended = await H.Queue.EndAsync(ends, now, default);
        await H.Desk.AfterEndAsync(ended, now, default);
        Note("ended late", ended.Count(end => end.State is not null));
        Note("too late", ended.Count(end => end.State is null));
    }

    private LeaseEnd EndOf(LeaseFacts facts, Instant now)
    {
        if (random.Next(2) == 0)
        {
            return LeaseEnding.Lost(facts, now);
        }
        var outcome = Pick(Enum.GetValues<RunOutcome>());
        var result = new RunResult
        {
            QueueId = facts.QueueId,
            LeaseToken = facts.LeaseToken,
            Outcome = outcome,
            ErrorType = outcome == RunOutcome.Failed ? Pick(Enum.GetValues<ErrorType>()) : null,
        };
        return LeaseEnding.Reported(facts, result, now, random, H.Ids);
    }

    private async Task HeartbeatAsync()
    {
        if (leased.Count == 0)
        {
            return;
        }
        var leases = Enumerable
            .Range(0, random.Next(1, 4))
            .Select(_ => PickLease())
            .Select(item => new LeaseReference { QueueId = item.QueueId, LeaseToken = item.LeaseToken })
            .ToList();
        foreach (var beat in await H.Queue.ExtendAsync(leases, H.Leases.Lease * random.Next(1, 400), default))
        {
            Note($"heartbeat {beat.Status}", 1, beat.QueueId);
        }
    }

    private async Task ReapAsync() => Note("lost leases", await H.Reaper.ReapAsync(default));

    private async Task SkipOverdueAsync() => Note("overdue", await H.Reaper.SkipOverdueAsync(default));

    private async Task PurgeAsync() => Note("purged", await H.Reaper.PurgeAsync(default));

    private async Task ResolveAsync() =>
        Note("quotas resolved", (int)await new QuotaAlerts(status, H.Clock).ResolveAsync(default));

    private async Task CancelAsync()
    {
        var runs = await H.Runs.ListAsync(
            Pick(customers),
            new RunFilter { Limit = 20, State = Pick([RunState.Pending, RunState.Running, RunState.Scheduled]) },
            default
        );
        if (runs.Count == 0)
        {
            return;
        }
        var chosen = runs.Where(_ => random.Next(3) > 0).Select(run => run.RunId).ToList();
        var reason = random.Next(4) == 0 ? Pick([SkipReason.Paused, SkipReason.Suspended]) : SkipReason.Cancelled;
        var waiting = chosen.ConvertAll(runId => new WaitingRun(runId, reason, random.Next(2) == 0 ? null : "by hand"));
        if (random.Next(3) == 0)
        {
            await StepAsync();
        }
        Note("cancelled waiting", (await H.Queue.SkipWaitingAsync(waiting, "key", H.Now, default)).Count);
        Note("cancelled running", (await H.Queue.RequestCancelAsync(chosen, H.Now, default)).Count);
    }

    private async Task StandAsync()
    {
        var (customer, wanted) = (
            Pick(customers),
            Pick([CustomerStatus.Active, CustomerStatus.Suspended, CustomerStatus.Trial])
        );
        var result = await H.Profiles.UpdateAsync(customer, new() { Status = wanted }, StoreHarness.Actor, default);
        Note($"stand {wanted}", 1, $"{customer} {result.GetType().Name}");
    }

    private async Task MoveZoneAsync()
    {
        var (customer, zone) = (Pick(customers), Pick(Zones));
        var result = await H.Profiles.UpdateAsync(customer, new() { Timezone = zone }, StoreHarness.Actor, default);
        Note("zone", 1, $"{customer} {zone} {result.GetType().Name}");
    }

    private async Task ChangePlanAsync()
    {
        var today = H.Now.InUtc().Date;
        var change = random.Next(5) switch
        {
            0 => new UpdateSubscriptionRequest { PlanName = Pick(Enum.GetValues<SubscriptionPlan>()) },
            1 => new() { Status = Pick(Enum.GetValues<SubscriptionStatus>()) },
            2 => new() { Status = SubscriptionStatus.Trial, TrialEndDate = today.PlusDays(random.Next(-1, 3)) },
            3 => new() { Status = SubscriptionStatus.Active, SubscriptionEndDate = today.PlusDays(random.Next(-1, 5)) },
            _ => new UpdateSubscriptionRequest
            {
                MaxPipelinesPerDay = random.Next(-1, 12),
                MaxPipelinesPerMonth = random.Next(-1, 40),
                MaxConcurrentPipelines = random.Next(-1, 4),
            },
        };
        var customer = Pick(customers);
        var result = await H.Plans.ChangeAsync(customer, change, random.Next(3) > 0, StoreHarness.Actor, default);
        Note($"plan {result.GetType().Name}", 1, $"{customer} {change}");
    }

    private async Task PauseAsync()
    {
        var customer = Pick(customers);
        var configs = await H.Configs.ListAsync(customer, null, null, 10, default);
        if (configs.Count == 0)
        {
            return;
        }
        var config = configs[random.Next(configs.Count)];
        var until = random.Next(4) switch
        {
            0 or 1 => H.Now,
            2 => H.Now + Duration.FromMinutes(random.Next(1, 3000)),
            _ => PipelinePausing.Endless,
        };
        await H.Configs.SetPauseAsync(
            customer,
            config.ConfigId,
            until,
            until > H.Now ? "key" : null,
            until > H.Now ? "by hand" : null,
            H.Stamp(),
            H.Now,
            default
        );
        Note(until > H.Now ? "paused" : "resumed", 1, $"{config.ConfigId} {until}");
    }

    private async Task RunNowAsync()
    {
        var customer = Pick(customers);
        var configs = await H.Configs.ListAsync(customer, true, null, 10, default);
        if (configs.Count == 0 || await H.Customers.StandingAsync(customer, default) is not { } standing)
        {
            return;
        }
        var config = configs[random.Next(configs.Count)];
        if (config.NextRunTime is not { } next)
        {
            return;
        }
        var lane = Lane.Manual($"{random.Next(40)}");
        var day = UsageDay.Of(customer, standing.Timezone, H.Now);
        var outcome = await H.Schedules.PlanBatchAsync(
            [
                new PlannedPipeline
                {
                    ConfigId = config.ConfigId,
                    Expected = next,
                    NextRunTime = next,
                    Cron = config.ScheduleCron,
                    Timezone = config.Timezone,
                    DstPolicy = config.DstPolicy,
                    CustomerTimezone = standing.Timezone,
                    IsLive = true,
                },
            ],
            [
                new PlannedRun
                {
                    ConfigId = config.ConfigId,
                    RunId = H.Ids.NewId(H.Now),
                    QueueId = H.Ids.NewId(H.Now),
                    ScheduledTime = H.Now,
                    IntervalStart = H.Now,
                    IntervalEnd = H.Now,
                    VisibleAt = H.Now,
                    IdempotencyKey = IdempotencyKey.Compute(config.ConfigId, lane, NodaConstants.UnixEpoch, 0),
                    UsageId = day.UsageId,
                    UsageDate = day.Date,
                    Misfire = false,
                    Lane = lane,
                    TriggeredBy = random.Next(3) == 0 ? TriggeredBy.Backfill : TriggeredBy.Manual,
                    AskedBy = "key",
                    WaitsBehind = random.Next(2) == 0,
                },
            ],
            H.Now,
            default
        );
        Note("asked for", outcome.Queued, config.ConfigId);
        Note("refused", outcome.Refused is null ? 0 : 1, $"{config.ConfigId} {outcome.Refused}");
    }

    private Task ConfigureAnyAsync() => ConfigureAsync(Pick(customers), $"p{random.Next(6)}");

    private async Task ConfigureAsync(string customer, string name)
    {
        var config = await H.ConfigureAsync(
            customer,
            name,
            it =>
                it with
                {
                    ScheduleCron = Pick(Crons),
                    Timezone = random.Next(40) == 0 ? "Atlantis/Capital" : Pick(Zones),
                    NextRunTime = random.Next(6) == 0 ? H.Now : null,
                    OverlapPolicy = Pick(Enum.GetValues<OverlapPolicy>()),
                    MisfirePolicy = Pick(Enum.GetValues<MisfirePolicy>()),
                    DstPolicy = Pick(Enum.GetValues<Core.Time.DstPolicy>()),
                    Priority = 1 + random.Next(10),
                    SpreadSeconds = random.Next(3) * random.Next(1, 4000),
                    IsActive = random.Next(12) > 0,
                    RetryConfig = Pick(RetryConfigs) is { } retries ? StoreHarness.Json(retries) : null,
                    Parameters =
                        random.Next(3) == 0 ? StoreHarness.Json("""{"step": 1.50, "name": "ä", "none": null}""") : null,
                }
        );
        Note(
            "configured",
            1,
            $"{customer} {name} {config.ConfigId} {config.ScheduleCron} {config.Timezone} {config.OverlapPolicy} {config.MisfirePolicy}"
        );
    }

    private async Task DeactivateAsync()
    {
        var customer = Pick(customers);
        var configs = await H.Configs.ListAsync(customer, true, null, 10, default);
        if (configs.Count == 0)
        {
            return;
        }
        var config = configs[random.Next(configs.Count)];
        await H.Configs.DeactivateAsync(customer, config.ConfigId, H.Stamp(), H.Now, default);
        Note("deactivated", 1, config.ConfigId);
        if (random.Next(2) == 0)
        {
            var waiting = await H.Queue.ListWaitingOfConfigAsync(config.ConfigId, 1000, default);
            Note("retired", (await H.Queue.SkipWaitingAsync(waiting, "key", H.Now, default)).Count);
        }
    }

    private async Task OnboardAsync()
    {
        var customer = $"customer{random.Next(6)}";
        var outcome = await H.OnboardAsync(customer, Pick(Plans), Pick(Zones));
        Note($"onboard {outcome}", 1, customer);
        if (!customers.Contains(customer))
        {
            customers.Add(customer);
            for (var i = 0; i <= random.Next(5); i++)
            {
                await ConfigureAsync(customer, $"p{i}");
            }
        }
    }

    private async Task DutyAsync()
    {
        var (duty, holder) = (Pick(["trigger", "reaper"]), $"api-{random.Next(3)}");
        if (random.Next(3) == 0)
        {
            Note("duty released", await duties.ReleaseAsync(duty, holder, default) ? 1 : 0);
        }
        else
        {
            var lease = await duties.TakeAsync(
                duty,
                holder,
                random.Next(3) is > 0 and var term ? term : null,
                Duration.FromSeconds(random.Next(1, 600)),
                default
            );
            Note("duty taken", lease.Holder == holder ? 1 : 0);
        }
    }

    private async Task LookAsync()
    {
        await LookAtAsync(Pick(customers));
        await H.Queue.NextVisibleAsync(default);
        await H.Schedules.NextTriggerTimeAsync(H.Now, default);
    }

    private async Task LookAtEverythingAsync()
    {
        foreach (var customer in customers)
        {
            await LookAtAsync(customer);
        }
        await status.GetAsync(default);
        await alerts.ListOpenAsync(1000, default);
        await H.Customers.CountAsync(default);
        await H.Queue.NextVisibleAsync(default);
    }

    private async Task LookAtAsync(string customer)
    {
        await H.Customers.StandingAsync(customer, default);
        await H.Customers.ProfileAsync(customer, default);
        await H.Customers.UsageAsync(customer, new LocalDate(2000, 1, 1), new LocalDate(9999, 12, 31), default);
        await H.Plans.GetAsync(customer, default);
        await H.Configs.ListAsync(customer, null, null, 100, default);
        var runs = await H.Runs.ListAsync(customer, new RunFilter { Limit = 60 }, default);
        foreach (var run in runs.Where(_ => random.Next(runs.Count) < 6))
        {
            await H.Runs.TransitionsAsync(run.RunId, default);
            await H.Runs.WaitingFactsAsync(customer, run.RunId, default);
            await H.Runs.AttemptsAsync(customer, run.RunId, default);
        }
    }

    /// <summary>Mostly one of the last ones; older ones are late, and mostly not held any more.</summary>
    private LeaseItem PickLease() =>
        random.Next(4) > 0 ? leased[^(1 + random.Next(Math.Min(6, leased.Count)))] : Pick(leased);

    private T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private void Note(string what, int count = 1, string? detail = null)
    {
        Hits[what] = Hits.GetValueOrDefault(what) + count;
        Log.Add($"{H.Now} {what} {count} {detail}");
    }

    private static string Names(IEnumerable<string> ids) => string.Join(' ', ids);
}
