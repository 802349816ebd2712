using NodaTime;
using Scheduler.Tests.Campaigns.Judging;
using Scheduler.Tests.EndToEnd.Harness;
using Scheduler.Tests.Simulation;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Campaigns;

/// <summary>
/// One seed and one fault, or several at once: an installation under load, the faults, a quiet phase, the judgement. The same seed makes
/// the same plan of what is done when; how the processes take turns is up to the machine.
/// </summary>
internal sealed class Campaign(IReadOnlyList<CampaignFault> faults, int seed, Func<Task<PostgresServer>> shared)
{
    /// <summary>Three leases and two passes of the search for lost ones, eleven seconds, and three times that on a busy machine.</summary>
    private static readonly Duration MostQuiet = Duration.FromSeconds(33);
    private static readonly TimeSpan WavePause = TimeSpan.FromSeconds(1.1);

    private readonly List<string> violations = [];

    /// <summary>Whether the folder with logs and journals stays, whatever comes out.</summary>
    public bool Keeps { get; init; }

    private Duration Patience => MostQuiet + faults.Aggregate(Duration.Zero, (sum, fault) => sum + fault.Work);

    private string Name => string.Join('+', faults.Select(fault => fault.Id));

    private bool IsOnSqlite => seed % 3 == 2 && faults.All(fault => fault.IsForSqlite);

    public async Task<CampaignResult> RunAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var site = await SiteAsync();
        var healed = TimeSpan.Zero;
        var runs = 0;
        try
        {
            var chance = new Chance(seed);
            foreach (var fault in faults)
            {
                await fault.PrepareAsync(site, chance.Of($"prepare {fault.Id}"));
            }
            await site.StartAsync();
            var load = new Load(site, chance.Of("load"), await site.Database.NowAsync());
            await load.PrepareAsync();
            foreach (var fault in faults)
            {
                await fault.LoadAsync(site, load, chance.Of($"load {fault.Id}"));
            }
            using var stop = new CancellationTokenSource();
            var loading = load.RunAsync(WavePause, stop.Token);
            var nextTimes = new NextTimes(site.Database, Break);
            var watching = nextTimes.WatchAsync(stop.Token);
            site.Arm();
            await Task.WhenAll(faults.Select(fault => fault.StrikeAsync(site, load, chance.Of($"strike {fault.Id}"))));
            await PauseAsync(loading);
            await stop.CancelAsync();
            await loading;
            await watching;
            await site.HealAsync();
            site.Note("faults have stopped");
            var calm = TimeProvider.System.GetTimestamp();
            var lastPass = await load.TriggerWellAsync();
            await DrainAsync(site);
            healed = TimeProvider.System.GetElapsedTime(calm);
            site.Note("the queue is empty");
            await site.StopAsync();
            foreach (var fault in faults)
            {
                fault.Count(site);
            }
            var judge = new CampaignJudge(site, load, Break);
            var view = await judge.JudgeAsync(
                lastPass,
                mayOverlap: faults.Any(fault => fault.MayOverlap),
                isJournalWhole: faults.All(fault => fault.IsJournalWhole)
            );
            runs = view.Runs().Count;
            foreach (var fault in faults)
            {
                violations.AddRange(await fault.JudgeAsync(site));
            }
            if (nextTimes.Looks == 0)
            {
                violations.Add("I12 No pipeline that had fired was looked at.");
            }
            if (Duration.FromTimeSpan(healed) > Patience)
            {
                violations.Add($"I3 It took {healed.TotalSeconds:F1} s of quiet until all had ended.");
            }
            foreach (var fault in faults.Where(fault => site.Hits.GetValueOrDefault(fault.Id) == 0))
            {
                violations.Add($"The fault {fault.Id} has not hit.");
            }
        }
        catch (Exception failure)
        {
            violations.Add($"The campaign broke off: {failure.Message}\n{failure.StackTrace}");
        }
        await site.StopAsync();
        site.KeepsFolder = Keeps || violations.Count > 0;
        return new CampaignResult(Name, seed, site.Database.IsPostgres ? "postgres" : "sqlite")
        {
            Hits = faults.Sum(fault => site.Hits.GetValueOrDefault(fault.Id)),
            HitsByKind = site.Hits.ToDictionary(),
            Runs = runs,
            Healed = healed,
            Took = TimeProvider.System.GetElapsedTime(started),
            Violations = violations,
            Notes = [.. site.Notes],
            Logs = site.KeepsFolder ? site.WriteLogs() : null,
        };
    }

    private void Break(string promise, string what) => violations.Add($"{promise} {what}");

    private async Task<Site> SiteAsync()
    {
        var disk = faults.Any(fault => fault.NeedsSmallDisk) ? await SmallDisk.MountAsync(IsOnSqlite ? 24 : 128) : null;
        var site = IsOnSqlite ? OnSqlite(disk) : await OnPostgresAsync(disk);
        if (disk is not null)
        {
            site.SmallDisk = site.KeepLongest(disk).Folder;
        }
        return site;
    }

    private static Site OnSqlite(SmallDisk? disk)
    {
        var folder =
            disk?.Folder.CreateSubdirectory("store") ?? Directory.CreateTempSubdirectory("scheduler-campaign-store-");
        var site = new Site(new Database(SqliteDatabase.OfOthers(folder), isPostgres: false), server: null);
        site.AddInstances(1);
        site.AddWorkers(3);
        return site;
    }

    private async Task<Site> OnPostgresAsync(SmallDisk? disk)
    {
        var server = disk is null
            ? await shared()
            : await PostgresServer.StartAsync(durable: true, disk.Folder.CreateSubdirectory("server"));
        var database = await PostgresDatabase.CreateEmptyAsync(server);
        if (!faults.Any(fault => fault.BringsSchema))
        {
            await database.Engine.MigrateAsync(CancellationToken.None);
        }
        var site = new Site(new Database(database, isPostgres: true), server);
        if (disk is not null)
        {
            site.KeepLongest(server);
        }
        site.AddInstances(3);
        site.AddWorkers(faults.Max(fault => fault.Workers));
        return site;
    }

    /// <summary>The load goes on for a moment after the last fault, and to the end of its waves.</summary>
    private static async Task PauseAsync(Task loading)
    {
        await Task.WhenAny(loading, Task.Delay((Load.Waves + 0.5) * WavePause / 4, TimeProvider.System));
    }

    private Task DrainAsync(Site site) =>
        Until.TrueAsync(
            "every run has ended",
            async () =>
                (
                    await site.Database.QueryAsync(
                        "select count(*) as open from pipeline_execution_queue where completed_at is null",
                        row => (long)row["open"]!
                    )
                )[0] == 0,
            // Beyond what is judged: a slow one is judged, and does not break off.
            (2 * Patience).ToTimeSpan()
        );
}
