using Npgsql;
using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>Connections break in the middle of scripts, and after a commit whose answer nobody gets.</summary>
internal sealed class ConnectionsCut : CampaignFault
{
    private readonly Dictionary<Slot, TcpProxy> proxies = [];

    public override string Id => "F4";

    public override string Title => "connections cut: backends terminated, answers to commits lost";

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
            }.ToString();
        return Task.CompletedTask;
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        foreach (var proxy in proxies.Values)
        {
            proxy.LosesOneCommitIn = random.Next(4, 15);
        }
        for (var time = 0; time < 6; time++)
        {
            await PauseAsync(Between(random, 0.3, 1));
            var ended = await site.Database.QueryAsync(
                """
                select pg_terminate_backend(pid)::int::text as ended from pg_stat_activity
                where datname = current_database() and application_name = 'scheduler' and pid <> pg_backend_pid() and random() < 0.4
                """,
                row => (string)row["ended"]!
            );
            site.Note($"{ended.Count} backends were terminated");
            site.Hit("F4 terminated", ended.Count);
        }
        for (var wait = 0; wait < 40 && proxies.Values.Sum(proxy => proxy.Cuts) == 0; wait++)
        {
            await PauseAsync(0.2);
        }
        foreach (var proxy in proxies.Values)
        {
            proxy.LosesOneCommitIn = 0;
        }
    }

    // Only with both kinds has it hit.
    public override void Count(Site site)
    {
        var cuts = proxies.Values.Sum(proxy => proxy.Cuts);
        site.Hit("F4 answers lost", cuts);
        site.Hit(Id, cuts > 0 && site.Hits["F4 terminated"] > 0 ? cuts + site.Hits["F4 terminated"] : 0);
    }
}
