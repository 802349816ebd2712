using System.Collections.Concurrent;
using NodaTime;
using Scheduler.Core.Contracts;
using Scheduler.Core.Retry;
using Scheduler.Core.Scheduling;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Simulation;
using Scheduler.Tests.Simulation.Judging;

namespace Scheduler.Tests.Campaigns;

/// <summary>
/// The customers of a campaign and what they and a client of ours do meanwhile: pipelines become due in waves, triggers are called beside
/// the ticks, pipelines are configured, and a worker of the tests' own takes runs. What was acknowledged is kept for the judge.
/// </summary>
internal sealed class Load
{
    public const int Waves = 5;
    public const string Canary = "canary-secret-7f3a91d2c4";

    private static readonly (string Name, SubscriptionPlan Plan)[] Usual =
    [
        ("large_co", SubscriptionPlan.Enterprise),
        ("second_co", SubscriptionPlan.Enterprise),
        // Three at once, 25 a day.
        ("capped_co", SubscriptionPlan.Professional),
        // One at once, six a day.
        ("small_co", SubscriptionPlan.Starter),
    ];

    private readonly Site site;
    private readonly Random random;
    private readonly ConcurrentQueue<string> configured = new();
    private readonly ConcurrentQueue<(string RunId, long Epoch)> leased = new();
    private readonly ConcurrentQueue<(string RunId, long Epoch)> completed = new();
    private readonly List<(string ConfigId, Instant DueAt)> waiting = [];
    private readonly Lock gate = new();
    private readonly int minute;
    private int acknowledged;

    public Load(Site site, Random random, Instant start)
    {
        this.site = site;
        this.random = random;
        // No pipeline comes due by itself while a campaign lasts.
        minute = (start.InUtc().Minute + 30) % 60;
        Start = start;
        Expected = new Expectations(start - Duration.FromDays(6), start + Duration.FromHours(1));
    }

    public Instant Start { get; }

    public Expectations Expected { get; }

    /// <summary>Keys that were given out, which must not be found anywhere.</summary>
    public List<string> Secrets { get; } = [Canary, Site.AdminKey, Site.WorkerKey];

    /// <summary>Pipelines whose creation was acknowledged.</summary>
    public IReadOnlyCollection<string> Configured => configured;

    /// <summary>Leases that an answer has named.</summary>
    public IReadOnlyCollection<(string RunId, long Epoch)> Leased => leased;

    /// <summary>Completions that were acknowledged as accepted.</summary>
    public IReadOnlyCollection<(string RunId, long Epoch)> Completed => completed;

    /// <summary>How many runs triggers have said that they made.</summary>
    public int Triggered => acknowledged;

    /// <summary>Whether the tests' own worker takes part.</summary>
    public bool HasOwnWorker { get; set; } = true;

    /// <summary>How many of the usual pipelines each customer has for each wave.</summary>
    public int PerWave { get; set; } = 3;

    /// <summary>Whether calls that fail are expected; they mostly are.</summary>
    public int Refused => refused;
    private int refused;

    public async Task PrepareAsync()
    {
        foreach (var (name, plan) in Usual)
        {
            await OnboardAsync(name, plan);
        }
        using (var client = site.ClientOf(site.Instances[0]))
        {
            await client.AddCredentialAsync("large_co", PipelineRequests.ApiKey("OPENAI", Canary));
        }
        for (var wave = 0; wave < Waves; wave++)
        {
            foreach (var (name, _) in Usual)
            {
                for (var number = 0; number < PerWave; number++)
                {
                    await ConfigureUsualAsync(name, $"wave {wave} no {number}");
                }
            }
        }
        site.Note($"{waiting.Count} pipelines are configured");
    }

    /// <summary>All waves, and everything else, until the token is cancelled.</summary>
    public async Task RunAsync(TimeSpan pause, CancellationToken stop)
    {
        var others = Task.WhenAll(TriggerNowAndThenAsync(stop), ConfigureNowAndThenAsync(stop), WorkAsync(stop));
        for (var wave = 0; wave < Waves; wave++)
        {
            await MakeDueAsync(wave);
            await stop.PauseAsync(pause.TotalSeconds);
        }
        await stop.WhenCancelled();
        await others;
        // Whatever a fault has kept from its wave.
        await MakeRestDueAsync();
    }

    public async Task OnboardAsync(string customerId, SubscriptionPlan plan, string zone = "UTC")
    {
        using var client = site.ClientOf(site.Instances[0]);
        var answer = await client.OnboardAsync(
            new OnboardRequest
            {
                CustomerId = customerId,
                CompanyName = $"{customerId} Ltd",
                AdminEmail = $"owner@{customerId.Replace('_', '-')}.example",
                SubscriptionPlan = plan,
                Timezone = zone,
            }
        );
        Secrets.Add(answer.ApiKey);
        Expected.Onboarded(new CustomerPlan(customerId, Wire.Name(plan), zone, []), Start - Duration.FromDays(2));
    }

    /// <summary>Configures a pipeline of a run every hour, due so many times over when its wave comes.</summary>
    public async Task<string?> ConfigureAsync(
        Slot instance,
        string customerId,
        string name,
        int times,
        MisfirePolicy misfire,
        params (string Name, object Value)[] parameters
    )
    {
        var request = PipelineRequests.Probe(name, parameters) with
        {
            ScheduleCron = $"{minute} * * * *",
            MisfirePolicy = misfire,
            OverlapPolicy = OverlapPolicy.Allow,
            RetryConfig = PipelineRequests.QuickRetries,
        };
        return await ConfigureAsync(instance, customerId, request, times);
    }

    public async Task<string> ConfigureAsync(
        Slot instance,
        string customerId,
        ConfigurePipelineRequest request,
        int times
    )
    {
        request = request with { ScheduleCron = $"{minute} * * * *" };
        using var client = site.ClientOf(instance);
        var config = await client.ConfigureAsync(customerId, request);
        configured.Enqueue(config.ConfigId);
        var passed = Start - Duration.FromHours(1);
        var latest = new LocalDateTime(
            passed.InUtc().Year,
            passed.InUtc().Month,
            passed.InUtc().Day,
            passed.InUtc().Hour,
            minute
        )
            .InUtc()
            .ToInstant();
        latest = latest + Duration.FromHours(1) <= Start ? latest + Duration.FromHours(1) : latest;
        var dueAt = latest - Duration.FromHours(times - 1);
        Expected.Configured(
            customerId,
            config.ConfigId,
            new PipelinePlan
            {
                Name = request.PipelineName!,
                Cron = request.ScheduleCron,
                Zone = "UTC",
                Dst = default,
                Misfire = request.MisfirePolicy ?? MisfirePolicy.RunOnce,
                Overlap = request.OverlapPolicy ?? OverlapPolicy.Skip,
                Spread = Duration.Zero,
                Priority = 5,
                Takes = Duration.Zero,
                MaxRetries = (request.RetryConfig ?? new RetryConfig()).MaxRetries,
                FailWith = null,
                FailAttempts = 0,
                Backoff = request.RetryConfig is { } retry
                    ? (Duration.FromSeconds(retry.BaseSeconds), retry.BackoffMultiplier)
                    : (Duration.FromMinutes(1), 2),
            },
            dueAt - Duration.FromSeconds(1)
        );
        lock (gate)
        {
            waiting.Add((config.ConfigId, dueAt));
        }
        return config.ConfigId;
    }

    /// <summary>Lets pipelines become due at once, as if nobody had triggered for a while.</summary>
    public async Task MakeDueAsync(IReadOnlyCollection<string> configIds)
    {
        List<(string ConfigId, Instant DueAt)> now;
        lock (gate)
        {
            now = waiting.FindAll(config => configIds.Contains(config.ConfigId));
            waiting.RemoveAll(config => configIds.Contains(config.ConfigId));
        }
        await MakeDueAsync(now);
    }

    /// <summary>Triggers until one pass has gone well, and nothing is left to trigger.</summary>
    /// <returns>By what time it decided, at the earliest.</returns>
    public async Task<Instant> TriggerWellAsync()
    {
        var at = await site.Database.NowAsync();
        await Until.TrueAsync(
            "a trigger has gone well",
            async () =>
            {
                try
                {
                    at = await site.Database.NowAsync();
                    using var client = site.ClientOf(site.Instances[0]);
                    return !(await client.TriggerAsync()).HasMore;
                }
                catch (Exception failure) when (IsRefusal(failure))
                {
                    return false;
                }
            }
        );
        Expected.Passes.Add(at);
        return at;
    }

    public static bool IsRefusal(Exception failure) =>
        failure is HttpRequestException or InvalidOperationException or OperationCanceledException or IOException;

    /// <summary>One call of the trigger at an instance; whether it answered well.</summary>
    public async Task<bool> TriggerAsync(Slot instance)
    {
        try
        {
            var at = await site.Database.NowAsync();
            using var client = site.ClientOf(instance);
            var answer = await client.TriggerAsync();
            Interlocked.Add(ref acknowledged, answer.TriggeredCount);
            if (!answer.HasMore)
            {
                lock (gate)
                {
                    Expected.Passes.Add(at);
                }
            }
            return true;
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            Interlocked.Increment(ref refused);
            return false;
        }
    }

    private async Task ConfigureUsualAsync(string customer, string name)
    {
        var takes = random.Next(100) switch
        {
            < 50 => random.Next(20, 200),
            < 90 => random.Next(200, 900),
            _ => random.Next(1_500, 3_500),
        };
        var (times, misfire) = random.Next(4) switch
        {
            0 => (3, MisfirePolicy.RunAll),
            1 => (3, MisfirePolicy.RunOnce),
            _ => (1, MisfirePolicy.RunAll),
        };
        (string, object)[] parameters =
            random.Next(5) == 0
                ? [("duration_ms", takes), ("fail_with", "SERVICE_UNAVAILABLE"), ("fail_attempts", 1)]
                : [("duration_ms", takes)];
        await ConfigureAsync(site.Instances[0], customer, name, times, misfire, parameters);
    }

    private Task MakeDueAsync(int wave)
    {
        List<(string ConfigId, Instant DueAt)> now;
        lock (gate)
        {
            var left = Waves - wave;
            var count = (waiting.Count + left - 1) / left;
            now = [.. waiting.Where((_, place) => place % left == 0).Take(count)];
            now.ForEach(config => waiting.Remove(config));
        }
        return MakeDueAsync(now);
    }

    private Task MakeRestDueAsync()
    {
        List<(string ConfigId, Instant DueAt)> rest;
        lock (gate)
        {
            rest = [.. waiting];
            waiting.Clear();
        }
        return MakeDueAsync(rest);
    }

    // Before it has fired for the first time only: sent twice by a connection that broke, it changes nothing the second time.
    private async Task MakeDueAsync(List<(string ConfigId, Instant DueAt)> configs)
    {
        foreach (var due in configs.GroupBy(config => config.DueAt))
        {
            var ids = string.Join(", ", due.Select(config => $"'{config.ConfigId}'"));
            await site.Database.ExecuteAsync(
                $"""
                update customer_pipeline_configs set next_run_time = {site.Database.Inner.Literal(due.Key)}
                where config_id in ({ids})
                  and not exists (select 1 from scheduled_pipeline_runs r where r.config_id = customer_pipeline_configs.config_id)
                """
            );
        }
        if (configs.Count > 0)
        {
            site.Note($"{configs.Count} pipelines become due");
        }
    }

    private async Task TriggerNowAndThenAsync(CancellationToken stop)
    {
        for (var call = 0; !stop.IsCancellationRequested; call++)
        {
            await TriggerAsync(site.Instances[call % site.Instances.Count]);
            await stop.PauseAsync(0.7);
        }
    }

    private async Task ConfigureNowAndThenAsync(CancellationToken stop)
    {
        for (var call = 1; !stop.IsCancellationRequested; call++)
        {
            try
            {
                await ConfigureAsync(
                    site.Instances[call % site.Instances.Count],
                    "second_co",
                    $"later {call}",
                    1,
                    MisfirePolicy.RunAll,
                    ("duration_ms", 30)
                );
            }
            catch (Exception failure) when (IsRefusal(failure))
            {
                Interlocked.Increment(ref refused);
            }
            await stop.PauseAsync(0.6);
        }
    }

    /// <summary>A worker that keeps what it was answered.</summary>
    private async Task WorkAsync(CancellationToken stop)
    {
        using var journal = new Scheduler.Core.Failpoints.RunJournal(site.JournalFolder, "own");
        for (var call = 2; HasOwnWorker && !stop.IsCancellationRequested; call++)
        {
            var instance = site.Instances[call % site.Instances.Count];
            try
            {
                using var client = site.ClientOf(instance);
                if (await client.LeaseAsync("own", waitSeconds: 1) is { } item)
                {
                    leased.Enqueue((item.RunId, item.LeaseEpoch));
                    journal.Write("begin", item);
                    journal.Write("done", item);
                    await ReportAsync(item);
                }
            }
            catch (Exception failure) when (IsRefusal(failure))
            {
                Interlocked.Increment(ref refused);
            }
            await stop.PauseAsync(0.3);
        }
    }

    private async Task ReportAsync(LeaseItem item)
    {
        var result = new RunResult
        {
            QueueId = item.QueueId,
            LeaseToken = item.LeaseToken,
            Outcome = RunOutcome.Completed,
        };
        for (var tries = 0; tries < 5; tries++)
        {
            try
            {
                using var client = site.ClientOf(site.Instances[tries % site.Instances.Count]);
                if ((await client.ReportAsync("own", result)).Status == ResultStatus.Accepted)
                {
                    completed.Enqueue((item.RunId, item.LeaseEpoch));
                }
                return;
            }
            catch (Exception failure) when (IsRefusal(failure))
            {
                Interlocked.Increment(ref refused);
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            }
        }
    }
}
