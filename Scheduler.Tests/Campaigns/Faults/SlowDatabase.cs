using Npgsql;
using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Each script takes from 50 ms to 5 s to arrive, and there are two connections for all.</summary>
internal sealed class SlowDatabase : CampaignFault
{
    private readonly Dictionary<Slot, TcpProxy> proxies = [];

    public override string Id => "F5";

    public override string Title => "slow database, two connections";

    // It takes the place of the proxies of F4.
    public override bool IsForMixes => false;

    public override Task PrepareAsync(Site site, Random random)
    {
        foreach (var instance in site.Instances)
        {
            proxies[instance] = site.Keep(new TcpProxy(() => site.Server!.Port));
        }
        site.ConnectionString = instance =>
            new NpgsqlConnectionStringBuilder(site.Database.Inner.ConnectionString)
            {
                Port = proxies[instance].Port,
                MaxPoolSize = 2,
            }.ToString();
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(0.5);
        foreach (var seconds in (double[])[Between(random, 0.05, 0.3), Between(random, 0.3, 1), Between(random, 1, 5)])
        {
            site.Note($"each script takes {seconds:F2} s to arrive");
            SetDelay(seconds);
            await PauseAsync(2.5);
        }
        SetDelay(0);
    }

    public override void Count(Site site) => site.Hit(Id, proxies.Values.Sum(proxy => proxy.Held));

    private void SetDelay(double seconds)
    {
        foreach (var proxy in proxies.Values)
        {
            proxy.Delay = TimeSpan.FromSeconds(seconds);
        }
    }
}
