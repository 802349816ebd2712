using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>The network between workers and API delivers calls twice, loses answers, and delivers heartbeats late and out of order.</summary>
internal sealed class CallsRepeated : CampaignFault
{
    private readonly Dictionary<Slot, HttpProxy> proxies = [];

    public override string Id => "F10";

    public override string Title => "calls delivered twice, answers lost, heartbeats late";

    public override bool IsForSqlite => true;

    public override Task PrepareAsync(Site site, Random random)
    {
        foreach (var worker in site.Workers)
        {
            var proxy = new HttpProxy(site.AddressOf(site.InstanceOf(worker)), new Random(random.Next()));
            proxies[worker] = site.Keep(proxy);
        }
        site.ApiUrl = (worker, _) => proxies[worker].Address;
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(0.3);
        Set(true);
        site.Note("calls are repeated and lost");
        await PauseAsync(6);
        Set(false);
    }

    public override void Count(Site site)
    {
        site.Hit("F10 repeated", proxies.Values.Sum(proxy => proxy.Repeated));
        site.Hit("F10 answers lost", proxies.Values.Sum(proxy => proxy.Lost));
        site.Hit("F10 heartbeats late", proxies.Values.Sum(proxy => proxy.Late));
        site.Hit(Id, site.Hits["F10 repeated"] + site.Hits["F10 answers lost"]);
    }

    private void Set(bool isBad)
    {
        foreach (var proxy in proxies.Values)
        {
            proxy.IsBad = isBad;
        }
    }
}
