using Scheduler.Core.Failpoints;
using Scheduler.Tests.EndToEnd.Harness;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Workers die while their claim is being answered, in the middle of a run, and after the work before its result is out.</summary>
internal sealed class WorkerKilled : CampaignFault
{
    private const string ClaimAnswered = "after:queue.claim";
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(9);
    private Hold? hold;

    public override string Id => "F1";

    public override string Title => "kill -9 of workers: before the claim's answer, in a run, after the work";

    public override bool IsForSqlite => true;

    public override Task PrepareAsync(Site site, Random random)
    {
        string[] places = [Failpoint.RunStarted, Failpoint.RunBeforeResult];
        random.Shuffle(places);
        foreach (var (worker, place) in site.Workers.Skip(1).Zip(places))
        {
            worker.Once.Enqueue(site.KillAt(place, random.Next(1, 6)));
            worker.Once.Enqueue(site.KillAt(places.Single(other => other != place), random.Next(1, 6)));
        }
        hold = new Hold(site.Folder, ClaimAnswered);
        hold.Open();
        if (!site.Instances[0].Always.TryAdd(hold.Setting.Name, hold.Setting.Value))
        {
            throw new InvalidOperationException("Another fault has the failpoints of this instance.");
        }
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        var worker = site.Workers[0];
        var began = TimeProvider.System.GetTimestamp();
        while (!await KilledInClaimAsync(site, worker) && TimeProvider.System.GetElapsedTime(began) < MostPatience)
        {
            await PauseAsync(0.2);
        }
        for (var wait = 0; wait < 30 && site.Workers.Skip(1).Sum(slot => slot.Killed) < 4; wait++)
        {
            await PauseAsync(0.2);
        }
    }

    public override void Count(Site site) => site.Hit(Id, site.Workers.Skip(1).Sum(worker => worker.Killed));

    /// <summary>Holds the next answer to a claim back, and kills the worker if it is its.</summary>
    private async Task<bool> KilledInClaimAsync(Site site, Slot worker)
    {
        if (worker is not { IsUp: true, IsHeld: false, Process: { } process })
        {
            return false;
        }
        hold!.Close();
        try
        {
            // Other faults may have taken the instance's failpoints for a while, or all the work is done.
            if (!await hold.IsReachedAsync(within: MostPatience / 3))
            {
                return false;
            }
            var leased = await site.Database.QueryAsync(
                $"""
                select run_id from pipeline_execution_queue
                where state = 'PROCESSING' and worker_id like '{worker.Name}-%'
                """,
                row => (string)row["run_id"]!
            );
            var known = File.ReadAllLines(Journal(site, process)).Select(line => line.Split('\t')[1]).ToHashSet();
            if (process.HasExited || leased.TrueForAll(known.Contains))
            {
                return false;
            }
            await process.KillAsync();
            site.Note($"{worker.Name} was killed before it got its lease");
            site.Hit(Id);
            return true;
        }
        finally
        {
            hold.Open();
        }
    }

    private static string Journal(Site site, RunningProcess process) =>
        Directory.EnumerateFiles(site.JournalFolder, $"{process.ProcessId}-*").Single();
}
