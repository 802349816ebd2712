using Scheduler.Core.Scheduling;
using Scheduler.Tests.Campaigns.Proxies;

namespace Scheduler.Tests.Campaigns.Faults;

/// <summary>
/// Every process in turn is told to end by SIGTERM and is replaced, as a rolling update does it. Workers ask whichever instance answers, as
/// behind a load balancer. No lease may be lost over it.
/// </summary>
internal sealed class Drains : CampaignFault
{
    /// <summary>The worker's grace, 2.5 s for reports, and some for a busy machine.</summary>
    private const double MostSeconds = 12;

    private readonly Dictionary<Slot, TcpProxy> balancers = [];

    public override string Id => "F15";

    public override string Title => "SIGTERM in turns: drains and a rolling restart under load";

    // Its balancers take the place of the proxies of F10, and other faults lose leases.
    public override bool IsForMixes => false;

    public override Task PrepareAsync(Site site, Random random)
    {
        foreach (var worker in site.Workers)
        {
            balancers[worker] = site.Keep(new TcpProxy(() => site.PortOf(NextFor(site, worker))));
        }
        site.ApiUrl = (worker, _) => new Uri($"http://127.0.0.1:{balancers[worker].Port}/");
        return Task.CompletedTask;
    }

    public override async Task LoadAsync(Site site, Load load, Random random)
    {
        // Its leases would be lost wherever its instance goes down in between.
        load.HasOwnWorker = false;
        for (var number = 0; number < 20; number++)
        {
            await load.ConfigureAsync(
                site.Instances[0],
                "second_co",
                $"long {number}",
                1,
                MisfirePolicy.RunAll,
                ("duration_ms", random.Next(500, 4_000))
            );
        }
    }

    public override async Task StrikeAsync(Site site, Load load, Random random)
    {
        await PauseAsync(0.5);
        var slots = site.Slots.ToArray();
        random.Shuffle(slots);
        foreach (var slot in slots)
        {
            await site.ReplaceAsync(slot, MostSeconds);
            site.Hit(Id);
        }
    }

    public override async Task<IReadOnlyList<string>> JudgeAsync(Site site)
    {
        var lost = await site.Database.QueryAsync(
            "select run_id from scheduler_run_transitions where note = 'lease lost'",
            row => (string)row["run_id"]!
        );
        return [.. lost.Select(run => $"I2 Run {run} lost a lease over a drain.")];
    }

    /// <summary>The worker's own instance while it is up, else the next.</summary>
    private static Slot NextFor(Site site, Slot worker)
    {
        var first = site.Instances.IndexOf(site.InstanceOf(worker));
        var inOrder = site.Instances.Skip(first).Concat(site.Instances.Take(first)).ToList();
        return inOrder.Find(instance => instance is { IsUp: true, IsHeld: false }) ?? inOrder[0];
    }
}
