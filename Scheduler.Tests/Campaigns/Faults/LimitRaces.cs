using Scheduler.Core.Contracts;
using Scheduler.Core.Failpoints;
using Scheduler.Core.Scheduling;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// 64 claimers at once, at customers that may run one and three at a time; more due than their day has left, triggered everywhere at once;
/// and the day ends in the middle of it, by the clock of the database.
/// </summary>
internal sealed class LimitRaces : CampaignFault
{
    private const int Claimers = 64;
    private int claimed;
    private int refused;

    public override string Id => "F13";

    public override string Title => "64 claimers on caps of 1 and 3, quota at the day's reset";

    public override bool IsForMixes => false;

    /// <summary>The clock of its database is set to before midnight.</summary>
    public override Task PrepareAsync(Site site, Random random) =>
        // Well before midnight, as long as processes start and customers come.
        site.Database.SetClockAsync(secondsToMidnight: 600);

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        load.HasOwnWorker = false;
        for (var number = 0; number < 12; number++)
        {
            foreach (var customer in (string[])["small_co", "capped_co"])
            {
                await load.ConfigureAsync(
                    site.Instances[0],
                    customer,
                    $"race {number}",
                    2,
                    MisfirePolicy.RunAll,
                    ("duration_ms", 20)
                );
            }
        }
        // No lease has been given out yet that the jump could end.
        await site.Database.SetClockAsync(secondsToMidnight: Between(random, 4, 6));
        site.Note("it is a few seconds before midnight");
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        using var stop = new CancellationTokenSource();
        using var journal = new RunJournal(site.JournalFolder, "claimers");
        var claimers = Enumerable
            .Range(0, Claimers)
            .Select(number => ClaimAsync(site, number, journal, stop.Token))
            .ToList();
        var midnight = await site.Database.NowAsync();
        for (var round = 0; round < 60; round++)
        {
            await Task.WhenAll(
                site.Instances.SelectMany(instance => new[] { instance, instance }).Select(load.TriggerAsync)
            );
            await PauseAsync(0.4);
            var now = await site.Database.NowAsync();
            if (now.InUtc().Date != midnight.InUtc().Date && round > 8)
            {
                site.Note("a new day has begun");
                site.Hit("F13 new day");
                break;
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(claimers);
        site.Note($"{claimed} claims of {Claimers} claimers, {refused} calls refused");
        site.Hit(Id, site.Hits.GetValueOrDefault("F13 new day") > 0 ? claimed : 0);
    }

    private async Task ClaimAsync(Site site, int number, RunJournal journal, CancellationToken stop)
    {
        using var client = site.ClientOf(site.Instances[number % site.Instances.Count]);
        var name = $"claimer-{number}";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await client.LeaseAsync(name, waitSeconds: 1) is not { } item)
                {
                    continue;
                }
                Interlocked.Increment(ref claimed);
                journal.Write("begin", item);
                await stop.PauseAsync(0.05);
                journal.Write("done", item);
                await client.ReportAsync(
                    name,
                    new RunResult
                    {
                        QueueId = item.QueueId,
                        LeaseToken = item.LeaseToken,
                        Outcome = RunOutcome.Completed,
                    }
                );
            }
            catch (Exception failure) when (Load.IsRefusal(failure))
            {
                Interlocked.Increment(ref refused);
                await stop.PauseAsync(0.1);
            }
        }
    }
}
