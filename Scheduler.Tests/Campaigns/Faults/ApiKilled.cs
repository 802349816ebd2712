namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Instances die right before and after the commits of a trigger, a claim, results, a heartbeat, and the search for lost leases.</summary>
internal sealed class ApiKilled : CampaignFault
{
    private static readonly string[] Scripts =
    [
        "scheduling.plan_batch",
        "queue.claim",
        "queue.end_leases",
        "queue.heartbeat",
        "queue.list_expired",
    ];

    public override string Id => "F2";

    public override string Title => "kill -9 of instances around each commit";

    public override bool IsForSqlite => true;

    public override Task PrepareAsync(Site site, Random random)
    {
        var places = Scripts.SelectMany(script => (string[])[$"before:{script}", $"after:{script}"]).ToArray();
        random.Shuffle(places);
        for (var place = 0; place < places.Length && place < 2 * site.Instances.Count + 2; place++)
        {
            var nth = places[place].Contains("plan_batch", StringComparison.Ordinal)
                ? random.Next(1, 3)
                : random.Next(1, 8);
            site.Instances[place % site.Instances.Count].Once.Enqueue(site.KillAt(places[place], nth));
        }
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        for (var wait = 0; wait < 35 && site.Instances.Sum(slot => slot.Killed) < 5; wait++)
        {
            await PauseAsync(0.2);
        }
    }

    public override void Count(Site site) => site.Hit(Id, site.Instances.Sum(instance => instance.Killed));
}
